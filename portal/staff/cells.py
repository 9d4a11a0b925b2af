"""What stands in a cell of the console: plain values, shown by templates and written to CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class Cell:
    """A text with what a screen may add: a link, a note below, a badge's tone, a moment."""

    text: str = ""
    url: str = ""
    note: str = ""
    tone: str = ""
    icon: str = ""
    moment: datetime | None = None
    zone: str = ""
    depth: int = 0


@dataclass(frozen=True)
class Side:
    """A small table beside a row's facts; `more` is the address where all of it stands."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    empty: str
    more: str = ""


def plain(value: Any) -> str:
    """Return a value as text: instants in ISO 8601 with their offset, several separated by `; `."""
    if value is None:
        return ""
    if isinstance(value, Cell):
        return plain(value.moment) if value.moment else value.text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, list | tuple):
        return "; ".join(plain(each) for each in value)
    return str(value)


def unformula(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula: with a leading apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def to_csv(titles: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return CSV (RFC 4180) of these rows, every cell safe to open in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(titles)
    writer.writerows([unformula(plain(value)) for value in row] for row in rows)
    return file.getvalue()
