"""A menu while it is being edited: rows in order, each at a depth, moved with all below them."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.content import html_policy
from portal.content.html_policy import SCHEMES
from portal.content.menus import ITEM_LIMIT, depth_of
from portal.content.problems import Problem

DEEPEST = 2
LABEL_LENGTH, ADDRESS_LENGTH = 300, 2000
_PAGE = re.compile(r"page:([0-9a-f-]{36})")
_BLANK = re.compile(r"\s")


@dataclass(frozen=True)
class Row:
    """One entry: its words, where it leads (`page:<id>` or an address) and how deep it stands."""

    label: str
    to: str
    depth: int = 0

    @property
    def page_id(self) -> str:
        """Return the id of the page it leads to, or empty."""
        found = _PAGE.fullmatch(self.to)
        return found[1] if found and _is_id(found[1]) else ""


def rows_of(items: Sequence[Any]) -> list[Row]:
    """Return the rows of stored items, however an import left them."""
    return in_shape([_row(item) for item in items[:ITEM_LIMIT] if isinstance(item, dict)])


def items_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows as they are stored."""
    return [
        {"label": row.label, **({"page_id": row.page_id} if row.page_id else {"url": row.to}),
         "depth": row.depth}
        for row in rows
    ]  # fmt: skip


def in_shape(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with each at most one deeper than the one before, and none too deep."""
    shaped: list[Row] = []
    for row in rows:
        most = min(DEEPEST, shaped[-1].depth + 1) if shaped else 0
        shaped.append(replace(row, depth=max(0, min(row.depth, most))))
    return shaped


def moved(rows: Sequence[Row], at: int, how: str) -> list[Row]:
    """Return the rows with one moved `up`, `down`, `in` or `out`, or removed (`remove`).

    What stands below it moves along; of a removed one it comes up a step. What cannot be done is
    left as it is.
    """
    if not 0 <= at < len(rows):
        return list(rows)
    end = _end(rows, at)
    if how == "remove":
        freed = [replace(row, depth=row.depth - 1) for row in rows[at + 1 : end]]
        return in_shape([*rows[:at], *freed, *rows[end:]])
    if how in {"in", "out"}:
        step = 1 if how == "in" else -1
        block = [replace(row, depth=row.depth + step) for row in rows[at:end]]
        return in_shape([*rows[:at], *block, *rows[end:]])
    if how == "up":
        return _swapped(rows, _sibling_above(rows, at), at, end)
    return _swapped(rows, at, end, _end(rows, end) if _stands_beside(rows, at, end) else end)


def check_rows(rows: Sequence[Row]) -> dict[int, str]:
    """Return what is wrong with rows that lead to addresses, by their place. Raises Problem."""
    if len(rows) > ITEM_LIMIT:
        raise Problem(f"A menu has at most {ITEM_LIMIT} entries; this one has {len(rows)}.")
    return {at: told for at, row in enumerate(rows) if (told := _wrong(row))}


def address_of(text: str) -> str:
    """Return an address as a menu keeps it. Raises Problem for what is none."""
    text = text.strip()
    if not text:
        raise Problem("Say where this leads.")
    if len(text) > ADDRESS_LENGTH:
        raise Problem(f"An address has at most {ADDRESS_LENGTH:,} characters.")
    kept = html_policy.address(text, SCHEMES)
    led = kept is not None and (kept[0] in "/#" or html_policy.scheme_of(kept) in SCHEMES)
    if not led or kept is None or _BLANK.search(kept):
        raise Problem(
            "Begin it with / for an address of this site, such as /posts/, or with https://, "
            "mailto: or tel:, and leave no space in it."
        )
    return kept


def _wrong(row: Row) -> str:
    if len(row.label) > LABEL_LENGTH:
        return f"Use at most {LABEL_LENGTH} characters for the words."
    if row.page_id:
        return ""
    try:
        address_of(row.to)
    except Problem as problem:
        return str(problem)
    return ""


def _row(item: dict[str, Any]) -> Row:
    label, depth = str(item.get("label") or "").strip(), depth_of(item)
    if item.get("page_id"):
        return Row(label, f"page:{item['page_id']}", depth)
    return Row(label, str(item.get("url") or ""), depth)


def _end(rows: Sequence[Row], at: int) -> int:
    """Return where what stands below a row ends."""
    deeper = (each for each in range(at + 1, len(rows)) if rows[each].depth <= rows[at].depth)
    return next(deeper, len(rows))


def _stands_beside(rows: Sequence[Row], at: int, other: int) -> bool:
    return other < len(rows) and rows[other].depth == rows[at].depth


def _sibling_above(rows: Sequence[Row], at: int) -> int:
    for each in range(at - 1, -1, -1):
        if rows[each].depth <= rows[at].depth:
            return each if rows[each].depth == rows[at].depth else at
    return at


def _swapped(rows: Sequence[Row], start: int, middle: int, end: int) -> list[Row]:
    """Return the rows with two neighbouring stretches in each other's place."""
    return [*rows[:start], *rows[middle:end], *rows[start:middle], *rows[end:]]


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
