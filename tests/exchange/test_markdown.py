"""A clean body as Markdown means the very same HTML again, in whatever script it is."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.content.addresses import slug_of
from portal.content.clean_html import clean, is_clean
from portal.content.exchange import front_matter
from portal.content.exchange.markdown_read import TooTangled, to_html
from portal.content.exchange.markdown_write import to_markdown
from portal.content.exchange.model import TermName
from portal.content.exchange.tables import meant, shown
from portal.content.exchange.terms_text import term_to_text, terms_from
from portal.content.exchange.values import item_of
from portal.content.html_writer import readable
from tests.exchange.scene import BODIES

SCRIPTS = st.text(
    st.one_of(
        st.sampled_from(
            "abc 1.#*_`[]()<>&~|\\!-+=\n\t\"'&amp;日本語עבריתعربى한국ไทยहिन्दी😀\u200d\u00a0é"
        ),
        st.characters(codec="utf-8", exclude_characters="\x00"),
    ),
    max_size=40,
)
TAGS = (
    "p", "p", "h2", "ul><li", "ol><li", "blockquote><p", "pre><code", "strong", "em", "s", "sub",
    'p class="align-center"', "table><tbody><tr><td", "figure", "details", "li", "code",
)  # fmt: skip


def _element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def wrapped(tags: str, text: str) -> str:
        names = [each.split(" ")[0] for each in tags.split("><")]
        closing = "".join(f"</{name}>" for name in reversed(names))
        return f"<{tags}>{text}{closing}"

    return st.builds(wrapped, st.sampled_from(TAGS), inner)


TEXT = SCRIPTS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;"))
HTML = st.recursive(
    TEXT, lambda inner: _element(st.lists(inner, max_size=3).map("".join)), max_leaves=8
)
BODY = st.builds(
    lambda parts, gap: gap.join(parts), st.lists(_element(HTML), max_size=5),
    st.sampled_from(["", "\n", "\n\n", " "]),
)  # fmt: skip


def came_back(body: str) -> str:
    """What an importer makes of what an exporter wrote."""
    written = to_markdown(body)
    text = front_matter.write({"title": "x", "spacing": written.spacing})
    before, rest = front_matter.split(f"---\n{text}---\n\n{written.text}\n")
    spacing = front_matter.read(before)["spacing"]
    rest = rest.removeprefix("\n")
    return clean(to_html(rest, spacing) if spacing else rest.removesuffix("\n")).html


@pytest.mark.parametrize("name", BODIES)
def test_what_markdown_cannot_say_survives(name: str):
    body = clean(BODIES[name]).html
    assert came_back(body) == body


@settings(max_examples=250)
@given(BODY)
@example("<ul><li><figure></figure></li></ul>")
def test_any_clean_body_comes_back_equal(html: str):
    body = clean(html).html
    assert is_clean(body)
    assert came_back(body) == body


ODD = st.sampled_from(["No", "2024-01-01", "1e3", "~", "0x1", "=", "<<", "---", "- a", "null", "!"])
WORDS = SCRIPTS.map(readable)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | WORDS | ODD,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(WORDS, each, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150)
@given(st.dictionaries(WORDS, VALUES, max_size=3), WORDS)
def test_any_values_come_back_equal(fields: dict[str, object], words: str):
    written = front_matter.write({"title": words, "excerpt": words, "fields": fields})
    before, _ = front_matter.split(f"---\n{written}---\n\nx\n")
    said = front_matter.read(before)
    item = item_of("here", "a.md", "a", said, "", typed=said.typed)
    assert (item.title, item.excerpt) == (words, words)
    assert item.fields == {key: value for key, value in fields.items() if key != "seo"}


@settings(max_examples=150)
@given(SCRIPTS)
def test_any_cell_comes_back_equal_and_runs_nothing(text: str):
    assert meant(shown(text)) == text
    assert not shown(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@settings(max_examples=100)
@given(
    st.lists(
        SCRIPTS.map(lambda t: " ".join(readable(t).split())).filter(bool), max_size=3, min_size=1
    )
)
def test_any_category_comes_back_equal(names: list[str]):
    *above, last = [TermName(name, slug_of(name) + "-x") for name in names]
    term = TermName(last.name, last.slug, tuple(above))
    assert terms_from(term_to_text(term), nested=True) == (term,)


@pytest.mark.parametrize("text", ["[" * 50_000, "*a _b" * 40_000, "![" * 30_000])
def test_what_would_take_for_ever_is_refused(text: str):
    with pytest.raises(TooTangled):
        to_html(text)
