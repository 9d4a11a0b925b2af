"""What differs between two texts, word by word, whatever they hold."""

from __future__ import annotations

import random

import pytest
from flask.ctx import AppContext
from hypothesis import given
from hypothesis import strategies as st

from portal.content import sequences
from portal.content.comparing import Line, compare, lines_of, spans_of
from portal.content.drafting import Text
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast

WORDS = st.text(alphabet="ab .\n", max_size=60)


def side(lines: tuple[Line, ...], gone: str) -> str:
    return "".join(span.text for line in lines for span in line.spans if span.kind != gone)


@given(WORDS, WORDS)
def test_spans_tell_both_texts_whole(before: str, after: str):
    spans = spans_of(before, after)
    assert "".join(s.text for s in spans if s.kind != "new") == before
    assert "".join(s.text for s in spans if s.kind != "gone") == after


def test_one_word_is_one_word():
    spans = spans_of("The old brown fox jumps.", "The new brown fox jumps.")
    assert [(s.kind, s.text) for s in spans if s.kind != "same"] == [
        ("gone", "old"),
        ("new", "new"),
    ]


def test_equal_paragraphs_far_away_are_counted():
    before = "\n".join(f"Paragraph {n}." for n in range(50))
    lines = lines_of(before, before.replace("Paragraph 25.", "Paragraph 25, changed."))
    assert [line.skipped for line in lines if line.skipped] == [24, 23]
    assert sum(line.changed for line in lines) == 1


HOSTILE = {
    "one word for ever": ("a " * 100_000, "a " * 99_999),
    "two words at random": tuple(
        " ".join(random.Random(n).choices(("tick", "tock"), k=40_000))  # noqa: S311 - no secret
        for n in (1, 2)
    ),
    "another order": (" ".join(map(str, range(30_000))), " ".join(map(str, range(30_000, 0, -1)))),
    "many lines alike": ("x\n" * 100_000, "x\ny\n" * 50_000),
    "no space at all": ("a" * 200_000, "b" * 200_000),
    "marks only": ("<>&" * 66_000, "&><" * 66_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_cost_a_bounded_number_of_steps(name: str, monkeypatch: pytest.MonkeyPatch):
    spent: list[int] = []
    table = sequences._Search._lengths

    def counted(self: sequences._Search, a: int, b: int, c: int, d: int) -> list[list[int]]:
        spent.append((b - a) * (d - c))
        return table(self, a, b, c, d)

    monkeypatch.setattr(sequences._Search, "_lengths", counted)
    lines = lines_of(*HOSTILE[name])
    assert lines
    assert sum(spent) <= 2 * sequences.CELLS


def test_every_kind_of_field_is_compared(inside: AppContext, cast: Cast):
    before = Text(title="A", body="<p>Same.</p>", fields={"colour": "red", "gone": 1})
    after = Text(title="B", body="<p><b>Same.</b></p>", byline="Me", fields={"colour": ["red"]})
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = {change.key: change for change in compare(before, after, cast.acme.id)}
    assert set(found) == {"title", "body", "byline", "fields.colour", "fields.gone"}
    assert found["body"].as_html
    assert not found["title"].as_html
