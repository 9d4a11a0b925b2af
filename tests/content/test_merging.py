"""Merging two texts of one: nothing anybody wrote goes without a word."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.content import clean_html
from portal.content.drafting import Text
from portal.content.merging import blocks_of, merge, merge_bodies
from portal.content.sequences import steps

PIECES = st.sampled_from(
    [
        "<p>One.</p>",
        "<p>Two.</p>\n",
        "<p>Three <b>fat</b>.</p>",
        "<ul><li>a</li><li>b</li></ul>",
        "<hr>",
        "<h2>Head</h2>\n\n",
        "<div><p>In</p><p>side</p></div>",
    ]
)
LOOSE = st.sampled_from(["loose ", "text", "<b>bare</b>", "<br>", "<p>In order.</p>"])  # fmt: skip
NEW = st.integers(0, 6).map(lambda n: f"<p>New {n}.</p>")
BODIES = st.lists(st.one_of(PIECES, NEW), max_size=8).map("".join)
TITLES = st.sampled_from(["", "A", "B", "C"])
TEXTS = st.builds(
    Text, title=TITLES, body=BODIES, excerpt=TITLES,
    term_ids=st.lists(st.sampled_from("xyz"), unique=True).map(tuple),
    fields=st.dictionaries(st.sampled_from(["colour", "size"]), st.integers(0, 3)),
)  # fmt: skip


def stored(text: Text) -> Text:
    return Text(**(vars(text) | {"term_ids": tuple(sorted(text.term_ids))}))


def words(body: str) -> set[str]:
    return set(clean_html.text_of(body).split())


def keys(body: str) -> set[str]:
    return {block.strip() for block in blocks_of(body)} - {""}


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_steps_tell_both_sequences_whole(before: list[str], after: list[str]):
    for cells in (0, 10, 10_000):
        way = steps(before, after, cells)
        assert [x for s in way for x in before[s.a : s.b]] == before
        assert [x for s in way for x in after[s.c : s.d]] == after
        assert all(before[s.a : s.b] == after[s.c : s.d] for s in way if s.same)
        assert all(one.same != two.same for one, two in itertools.pairwise(way))


@given(BODIES)
def test_blocks_joined_are_the_body(body: str):
    assert "".join(blocks_of(body)) == body


@given(*[st.lists(LOOSE, max_size=5).map("".join)] * 3)
def test_no_word_outside_of_paragraphs_is_lost(base: str, mine: str, theirs: str):
    merged, _ = merge_bodies(base, mine, theirs)
    known = words(base)
    assert (words(mine) - known) | (words(theirs) - known) <= words(merged)
    assert "".join(blocks_of(mine)) == mine


@given(TEXTS, TEXTS)
def test_the_same_on_both_sides_is_the_outcome(base: Text, text: Text):
    base, text = stored(base), stored(text)
    assert merge(base, text, text).outcome({}, {}) == text


@given(TEXTS, TEXTS)
def test_one_side_unchanged_gives_the_other(base: Text, text: Text):
    base, text = stored(base), stored(text)
    assert merge(base, base, text).outcome({}, {}) == text
    assert merge(base, text, base).outcome({}, {}) == text


@given(BODIES, BODIES, BODIES)
@example("<p>A.</p><p>A.</p>", "<p>B.</p><p>A.</p>", "<p>A.</p>")
def test_no_paragraph_of_anybody_is_lost(base: str, mine: str, theirs: str):
    merged, _ = merge_bodies(base, mine, theirs)
    assert keys(mine) - keys(base) <= keys(merged)
    assert keys(theirs) - keys(base) <= keys(merged)
    assert keys(base) & keys(mine) & keys(theirs) <= keys(merged)
    assert keys(merged) <= keys(base) | keys(mine) | keys(theirs)


@given(BODIES, BODIES, BODIES)
def test_who_is_mine_decides_only_the_order_of_overlaps(base: str, mine: str, theirs: str):
    one, other = merge_bodies(base, mine, theirs), merge_bodies(base, theirs, mine)
    assert one[1] == other[1]
    if not one[1]:
        assert [b.strip() for b in blocks_of(one[0])] == [b.strip() for b in blocks_of(other[0])]


@given(TEXTS, TEXTS, TEXTS)
def test_a_conflict_is_never_settled_by_itself(base: Text, mine: Text, theirs: Text):
    found = merge(stored(base), stored(mine), stored(theirs))
    open_fields = [field.key for field in found.fields if field.state == "conflict"]
    if open_fields:
        with pytest.raises(KeyError, match=re.escape(open_fields[0])):
            found.outcome({}, {})
    choices = {field.key: "mine" for field in found.fields}
    assert found.outcome(choices, {}) == stored(mine)  # type: ignore[arg-type]  # literals


def test_paragraphs_that_do_not_overlap_come_together():
    base = "<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>"
    mine = "<p>One!</p>\n<p>Two.</p>\n<p>Three.</p>"
    theirs = "<p>One.</p><p>Two.</p><p>Three.</p><p>Four.</p>"
    merged, overlaps = merge_bodies(base, mine, theirs)
    assert overlaps == 0
    assert clean_html.text_of(merged) == "One!\nTwo.\nThree.\nFour."


def test_what_both_changed_stands_twice_and_is_counted():
    base, mine, theirs = "<p>One.</p><p>Two.</p>", "<p>Uno.</p><p>Two.</p>", "<p>Un.</p><p>Two.</p>"
    assert merge_bodies(base, mine, theirs) == ("<p>Uno.</p><p>Un.</p><p>Two.</p>", 1)


def test_a_paragraph_one_deleted_and_one_changed_stays():
    base, mine, theirs = "<p>One.</p><p>Two.</p>", "<p>Two.</p>", "<p>One more.</p><p>Two.</p>"
    assert merge_bodies(base, mine, theirs) == ("<p>One more.</p><p>Two.</p>", 1)


def test_labels_of_both_are_kept_and_those_taken_off_are_off():
    base = Text(term_ids=("a", "b"))
    found = merge(base, Text(term_ids=("a", "b", "c")), Text(term_ids=("b", "d")))
    assert found.outcome({}, {}).term_ids == ("b", "c", "d")


def test_by_hand_is_taken_as_written():
    found = merge(Text(title="A"), Text(title="B"), Text(title="C"))
    assert found.outcome({"title": "hand"}, {"title": "D"}).title == "D"
    with pytest.raises(KeyError):
        found.outcome({"title": "hand"}, {})
