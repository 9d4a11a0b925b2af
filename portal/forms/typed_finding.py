"""Choosers among the fields of a type: each finds what it cannot offer."""

from collections.abc import Iterator
from typing import Any

from portal.content.choosing import OFFERED, Candidates
from portal.content.fields import REFERRING, Field
from portal.forms.finding import MANY, Finding, offer, words_for
from portal.forms.typed_inputs import PART, name_of

NOTHING = ("", "Nothing chosen")


def offer_found(form: Any) -> None:
    """Put a box beside each chooser of many, and narrow the one that is asked for. One statement.

    No statement where nothing is looked for. A chooser may stand in an entry of a group.
    """
    offered: Candidates = form.offered
    for field, bound in _choosers(form):
        words = words_for(bound)
        if words:
            _narrow(field, bound, offered, words)
        elif offered.is_cut(field) or len(bound.choices) > MANY:
            bound.find = Finding("", offered.is_cut(field), len(bound.choices) - 1)


def _narrow(field: Field, bound: Any, offered: Candidates, words: str) -> None:
    found = offered.found(field, words)
    pairs = {each.id: each.title for each in found[:OFFERED]}
    chosen = {each.id: each.title for each in offered.of(field, [bound.data])}
    if bound.data in chosen:
        pairs.setdefault(bound.data, chosen[bound.data])
    offer(bound, pairs.items(), [NOTHING], cut=len(found) > OFFERED)


def _choosers(form: Any) -> Iterator[tuple[Field, Any]]:
    for field in form.definition.fields:
        if name_of(field) not in form:
            continue
        bound = form[name_of(field)]
        if field.kind == "group":
            for entry in getattr(bound, "entries", ()):
                for part in field.asked:
                    if _chooses(part):
                        yield part, entry.form[PART + part.key]
        elif _chooses(field):
            yield field, bound


def _chooses(field: Field) -> bool:
    return field.kind == "media" or field.kind in REFERRING
