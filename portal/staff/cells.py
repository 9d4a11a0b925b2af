"""What stands in a cell of the console: shown by templates, plain in CSV."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
