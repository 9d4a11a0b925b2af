"""What a field of a type of content is, and its value made words.

A value is what JSON takes, by the field's key. One that does not fit its field's kind, because the
type was changed since, stays as it is and is told of: nothing that was typed is thrown away.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS: dict[str, str] = {
    "text": "Text on one line",
    "lines": "Text of several lines",
    "rich": "Rich text, with headings, lists and links",
    "number": "Number",
    "date": "Day, without a time",
    "moment": "Date and time, with its zone",
    "choice": "Choice of one",
    "yesno": "Yes or no",
    "link": "Link",
    "media": "Picture or file",
    "reference": "Reference to other content",
    "block": "Reusable block",
    "group": "Repeatable group of fields",
}
"""Every kind of field by its key, with what admins read; keep the order of the chooser."""
REFERRING = frozenset({"reference", "block"})
"""Kinds whose values are ids of pages of the same account."""


@dataclass(frozen=True)
class Field:
    """One field of a type. `options` are a choice's; `of` the types a reference may lead to.

    `parts` are the fields of a group. A field that was removed keeps its key and its values.
    """

    id: uuid.UUID
    key: str
    label: str
    kind: str
    hint: str = ""
    required: bool = False
    options: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    parts: tuple["Field", ...] = field(default=())
    removed: bool = False

    @property
    def asked(self) -> tuple["Field", ...]:
        """Return the parts that are not removed."""
        return tuple(part for part in self.parts if not part.removed)

    @property
    def multiline(self) -> bool:
        """Tell whether its text keeps its line breaks."""
        return self.kind in {"lines", "rich"}


def is_empty(value: object) -> bool:
    """Tell whether a value says nothing. A number 0 and a "no" say something."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_empty(each) for each in value.values())
    if isinstance(value, list | tuple):
        return all(is_empty(each) for each in value)
    return value is None


def plain(value: Any) -> str:
    """Return a value of whatever kind as one text, for the trail and for fields of words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        if "wall" in value:
            return f"{value['wall']} {value.get('zone', '')}".replace("T", " ").strip()
        return ", ".join(f"{name}: {plain(each)}" for name, each in sorted(value.items()))
    if isinstance(value, list | tuple):
        return "\n".join(plain(each) for each in value)
    return str(value)


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a value of a field, or in all of them, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(each)


def ids_in(fields: tuple[Field, ...], values: Mapping[str, Any]) -> set[uuid.UUID]:
    """Return the ids of the pages that the values of these fields refer to."""
    found: set[uuid.UUID] = set()
    for each in fields:
        value = values.get(each.key)
        if each.kind in REFERRING:
            found |= {known for known in [as_id(value)] if known}
        elif each.kind == "group" and isinstance(value, list):
            for row in value:
                if isinstance(row, Mapping):
                    found |= ids_in(each.parts, row)
    return found


def as_id(value: object) -> uuid.UUID | None:
    """Return the id that a value is, or None."""
    try:
        return uuid.UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None
