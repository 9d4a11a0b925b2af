"""A menu being rearranged: nothing is lost, nothing hangs in the air."""

from __future__ import annotations

import itertools
import random

import pytest

from portal.content.menu_rows import DEEPEST, Row, address_of, items_of, moved, rows_of
from portal.content.problems import Problem

HOWS = ("up", "down", "in", "out", "remove")


def menu(text: str) -> list[Row]:
    """`a -b --c d`: a; b below a; c below b; d."""
    return [Row(word.strip("-"), "/", word.count("-")) for word in text.split()]


def told(rows: list[Row]) -> str:
    return " ".join("-" * row.depth + row.label for row in rows)


@pytest.mark.parametrize(
    ("before", "at", "how", "after"),
    [
        ("a -b c", 2, "up", "c a -b"),
        ("a -b c", 0, "down", "c a -b"),
        ("a -b -c", 2, "up", "a -c -b"),
        ("a -b -c d", 1, "down", "a -c -b d"),
        ("a -b c", 1, "up", "a -b c"),
        ("a -b c", 1, "down", "a -b c"),
        ("a b -c", 1, "in", "a -b --c"),
        ("a b", 0, "in", "a b"),
        ("a -b --c", 2, "in", "a -b --c"),
        ("a -b --c", 1, "out", "a b -c"),
        ("a -b --c d", 0, "remove", "b -c d"),
        ("a -b", 9, "up", "a -b"),
    ],
)
def test_moves_take_along_what_stands_below(before: str, at: int, how: str, after: str):
    assert told(moved(menu(before), at, how)) == after


def test_whatever_is_done_nothing_else_is_lost():
    dice = random.Random(5)  # noqa: S311  a test's
    for _ in range(300):
        rows = menu("a -b --c -d e f -g")
        for _ in range(8):
            at, how = dice.randrange(-1, 9), dice.choice(HOWS)
            left = {row.label for row in rows}
            gone = {rows[at].label} if how == "remove" and 0 <= at < len(rows) else set()
            rows = moved(rows, at, how)
            assert {row.label for row in rows} == left - gone
            depths = [0, *(row.depth for row in rows)]
            assert all(0 <= b <= min(DEEPEST, a + 1) for a, b in itertools.pairwise(depths))
            assert not rows or rows[0].depth == 0
        assert rows_of(items_of(rows)) == rows


def test_what_an_import_left_can_be_read():
    page = "0190a0a0-0000-7000-8000-000000000000"
    left = [{"label": "x", "page_id": page, "depth": 7}, "text", None, {"url": 7}, {"depth": "x"}]
    assert rows_of(left) == [Row("x", f"page:{page}"), Row("", "7"), Row("", "")]


@pytest.mark.parametrize(
    "good", ["/", "/a/?b=c#d", "#top", "https://x.example", "mailto:a@b.example", "tel:+49"]
)
def test_addresses_that_lead_somewhere(good: str):
    assert address_of(f" {good} ") == good


@pytest.mark.parametrize(
    "bad",
    [
        "", "about", "javascript:alert(1)", "/\\evil.example", "http://", "/a b",
        "data:text/html,x", "/" + "x" * 2000, "ftp://x.example",
    ],
)  # fmt: skip
def test_addresses_that_do_not(bad: str):
    with pytest.raises(Problem):
        address_of(bad)


def test_two_slashes_mean_a_host():
    assert address_of("//x.example/") == "https://x.example/"
