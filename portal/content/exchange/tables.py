"""Pages as rows of CSV, to be opened in a spreadsheet and read again.

No cell is taken for a formula: an apostrophe goes in front, and is taken off again when read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from portal.content.exchange.model import Item, LeftOut, Unfit, Unreadable
from portal.content.exchange.texts import decoded
from portal.content.exchange.values import item_of
from portal.spreadsheets import FORMULA

COLUMNS = (
    "id", "type", "title", "slug", "address", "state", "published", "created", "byline",
    "author name", "author email", "owner name", "owner email", "review by", "excerpt", "parent",
    "categories", "tags", "position", "language", "translation of",
    "up to date", "seo title", "seo description", "seo canonical",
    "seo noindex", "seo picture", "readers", "protected", "former addresses", "fields", "body",
)  # fmt: skip
ROWS = 10_000
CELL = 2_000_000
csv.field_size_limit(max(csv.field_size_limit(), CELL))  # the library's own is below one long text


def shown(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `meant` undoes it."""
    return f"'{text}" if text.startswith(FORMULA) or meant(text) != text else text


def meant(cell: str) -> str:
    """Return what a cell says, without an apostrophe that only keeps it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(("'", *FORMULA)) else cell


def read_table(data: bytes, path: str = "") -> tuple[list[Item], list[LeftOut], list[str]]:
    """Return the pages of a table, the rows that are none, and the columns that mean nothing.

    The first line names the columns; `,`, `;` and tabs are taken, in UTF-8 or UTF-16. Raises
    Unreadable when it is no such table.
    """
    rows = _rows(data)
    names = [" ".join(cell.replace("_", " ").split()).casefold() for cell in next(rows)[1]]
    _check_head(names)
    items, left = list[Item](), list[LeftOut]()
    for number, cells in rows:
        where = f"row {number}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(items) + len(left) >= ROWS:
            raise Unreadable(f"The table has more than {ROWS:,} rows. Split it.")
        values = dict(zip(names, map(meant, cells), strict=False))
        try:
            if len(cells) != len(names):
                raise Unfit(f"It has {len(cells)} cells, and the first line names {len(names)}.")
            key = values.get("slug") or values.get("title", "")
            items.append(item_of(where, path, key, values, values.get("body", "")))
        except Unfit as problem:
            left.append(LeftOut(where, values.get("title", ""), str(problem)))
    return items, left, [name for name in names if name and name not in COLUMNS]


def _check_head(names: list[str]) -> None:
    if "title" not in names:
        raise Unreadable(
            "The table has no column “title”. Its first line must name the columns, such as: "
            "title, slug, excerpt, body."
        )
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise Unreadable(f"The table has two columns “{twice[0][:40]}”. Name each once.")


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = decoded(data, keep_line_ends=True)
    except Unfit as problem:
        raise Unreadable(f"The table cannot be read. {problem} Spreadsheets call it “CSV UTF-8”.") \
            from problem  # fmt: skip
    if not text.strip():
        raise Unreadable("The table is empty.")
    if text.lower().startswith("sep=") and "\n" in text:
        text = text.partition("\n")[2]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, cells
    except csv.Error as problem:
        raise Unreadable(
            f"The table is broken in row {number + 1}, line {reader.line_num} ({problem})."
        ) from problem


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=head.count)
