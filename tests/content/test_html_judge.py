"""Reading a plain block at one go says the same of a text as reading it tag by tag."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.content import html_judge

PIECES = [
    "<p>", "</p>", "<b>", "</b>", "<em>", "</em>", "<td>", "</td>", "<br>", "<br/>", "<img>",
    "<p1>", '<a href="/x">', "<a>", "</a>", "<span>", "</span>", "<pre>", "</pre>", "<h2>", "</h2>",
    "<script>", "</script>", "<!-- -->", "&amp;", "&", "<", ">", "&nbsp;", "é", "a", " ", "\t",
    "\n", "\r", "\x0b", "\x0c", "\x1f", "\x85", "\u2028", "\x00", "\ud800",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
BLOCKS = st.lists(TEXTS.map(lambda inner: f"<p>{inner}</p>"), max_size=3).map("".join)


@given(html=TEXTS | BLOCKS)
def test_the_short_way_says_what_the_long_way_says(html: str) -> None:
    short = html_judge.is_clean.__wrapped__(html)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html_judge, "_PLAIN_BLOCK", re.compile("(?!)"))
        assert html_judge.is_clean.__wrapped__(html) == short


def test_ten_thousand_tags_that_never_close_are_read_once() -> None:
    assert not html_judge.is_clean("<p>" + "<b>a</b>" * 10_000)
    assert not html_judge.is_clean("<p><b>" * 10_000)
    assert not html_judge.is_clean("<p>" + "a &amp; " * 10_000 + "<")
