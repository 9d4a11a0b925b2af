"""Choosers that hold more than can be offered: words typed beside one narrow what it offers.

Its button `find-in` sends the whole form and carries the field's name; the form comes back with all
that was typed, and nothing is saved. Pressed by the Enter key the button has no name: then it means
the box whose words are others than those shown, if there is one. At most one chooser is narrowed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request
from wtforms.fields.choices import SelectChoice

PRESSED, BOX, SHOWN = "find-in", "find-", "found-"
LONGEST = 200
OFFERED = 500
MANY = 40
"""From how many on a box stands beside a chooser, even if all it holds is offered."""


@dataclass(frozen=True)
class Finding:
    """What a chooser shows beside what it offers: `cut` says that there is more than that."""

    words: str
    cut: bool
    hits: int


def asked() -> tuple[str, str]:
    """Return the field in which something is looked for with the words, or two empty texts."""
    if not has_request_context() or PRESSED not in request.values:
        return "", ""
    name = request.values[PRESSED] or _changed()
    return name, _words(name)


def finding() -> bool:
    """Tell whether this request looks for something in a chooser, and is not to be acted on."""
    return bool(asked()[0])


def words_for(field: Any) -> str:
    """Return what a field is narrowed by, or an empty text."""
    name, words = asked()
    return words if name == field.name else ""


def offer(
    field: Any, pairs: Iterable[tuple[str, str]], first: Iterable[tuple[str, str]] = (), *,
    cut: bool = False,
) -> None:  # fmt: skip
    """Offer (value, label) pairs that were narrowed already; `cut` says that there are more.

    `first` stand before them in any case. What the field holds is to be among the pairs.
    """
    words = words_for(field)
    found, before = list(pairs), list(first)
    hits = sum(value not in held(field) or fits(label, words) for value, label in found)
    field.choices = [SelectChoice(value, label) for value, label in (*before, *found)]
    if words or cut or hits > MANY:
        field.find = Finding(words, cut, hits)


def narrow(
    field: Any, pairs: Iterable[tuple[str, str]], first: Iterable[tuple[str, str]] = ()
) -> None:
    """Offer those of the pairs whose label has the words, at most OFFERED, and what is held."""
    found, words = list(pairs), words_for(field)
    hits = [each for each in found if fits(each[1], words)]
    shown = {value for value, _ in hits[:OFFERED]} | held(field)
    kept = [each for each in found if each[0] in shown]
    offer(field, kept, first, cut=len(hits) > OFFERED)


def fits(label: str, words: str) -> bool:
    """Tell whether a label has the words, in one piece."""
    return words.casefold() in label.casefold()


def held(field: Any) -> set[str]:
    """Return the values a field holds."""
    data = field.data or ()
    return {data} if isinstance(data, str) else set(data)


def _words(name: str) -> str:
    return " ".join(request.values.get(BOX + name, "").replace("\x00", "").split())[:LONGEST]


def _changed() -> str:
    boxes = [name.removeprefix(BOX) for name in request.values if name.startswith(BOX)]
    there = (name for name in boxes if BOX + name != PRESSED and _words(name))
    return next((n for n in there if _words(n) != request.values.get(SHOWN + n, "")), "")
