"""The screen on which what two people made of one page comes together, without any script."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from flask import render_template

from portal.content.comparing import FieldChange, change_between, is_rich
from portal.content.content_types import definition_of
from portal.content.copies import Typed, WorkingCopy
from portal.content.drafting import Text, as_stored, text_of
from portal.content.merging import Choice, FieldMerge, Merge, merge
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.problems import Problem as Bad
from portal.content.values import MISSING, Wording, labels_of
from portal.errors import Conflict
from portal.forms.page_fields import read_text
from portal.forms.pages import PageForm
from portal.forms.writing import mark, typed_values
from portal.requests import current

CHOICE, HAND = "choice-", "hand-"


@dataclass(frozen=True)
class Row:
    """A field of the merge as it is shown: what each side made of it, and what is chosen."""

    field: FieldMerge
    mine: FieldChange | None
    theirs: FieldChange | None
    said: Mapping[str, str]
    chosen: str
    hand: str
    error: str = ""


def uuid_or_none(text: str | None) -> uuid.UUID | None:
    """Return the id a form sent, or None for what is none."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def merged(page: Page, form: PageForm, theirs: Revision) -> Merge:
    """Merge what was typed with what stands now, over what it was typed on. Raises Problem."""
    base = revision_by_id(uuid_or_none(form.based_on.data), page)
    mine = as_stored(page, read_text(form, current.here, base), base)
    labels = labels_of(definition_of(page.type, page.tenant_id))
    return merge(text_of(base) if base else Text(), mine, text_of(theirs), labels)


def chosen(typed: Typed | None = None) -> dict[str, Choice]:
    """Return which side was chosen for which field, in this request or in what was kept of one."""
    sent = dict(_named(CHOICE, typed))
    return {key: each for key, value in sent.items() for each in get_args(Choice) if each == value}


def by_hand(typed: Typed | None = None) -> dict[str, str]:
    """Return what was written by hand, by field."""
    return {key: text.replace("\r\n", "\n") for key, text in _named(HAND, typed)}


def _named(start: str, typed: Typed | None) -> Iterator[tuple[str, str]]:
    sent = typed_values() if typed is None else typed
    return ((k.removeprefix(start), v[0]) for k, v in sent.items() if k.startswith(start) and v)


def is_merge(copy: WorkingCopy | None) -> bool:
    """Tell whether a working copy was typed where two texts are brought together."""
    return copy is not None and bool(copy.first("theirs"))


def merge_page(page: Page, form: PageForm, *, missing: str = "", problem: str = "",
               locked: bool = False, typed: Typed | None = None) -> str:  # fmt: skip
    """Return the merge page over the newest draft, with everything typed in it. Raises Conflict.

    `typed` is what was kept of it, in place of what this request brings.
    """
    theirs = revision_by_id(page.draft_revision_id, page)
    if theirs is None:
        raise RuntimeError("A page that somebody saved has a draft.")
    try:
        found = merged(page, form, theirs)
    except Bad as bad:
        raise Conflict(f"Somebody saved meanwhile, and your text cannot be kept: {bad}") from bad
    texts = [found.theirs, *(_text(found, side) for side in ("mine", "base"))]
    wording = Wording(texts, current.here.id)
    picked, written = chosen(typed), by_hand(typed)
    rows = [
        _row(field, wording, picked.get(field.key), written.get(field.key), missing)
        for field in found.fields
    ]
    carried = {
        name: values for name, values in (typed_values() if typed is None else typed).items()
        if not name.startswith((CHOICE, HAND)) and name != "theirs"
    }  # fmt: skip
    return render_template(
        "pages/merge.html", page=page, rows=rows, theirs=theirs, carried=carried, mark=mark(),
        problem=problem, locked=locked, writer=current.person.person_id,
    )  # fmt: skip


def _text(found: Merge, side: str) -> Text:
    """Return the ids that a side names, for their names to be looked up."""
    values = {field.key: getattr(field, side) for field in found.fields}
    parent, terms = values.get("parent"), values.get("terms")
    return Text(
        parent_id=parent if isinstance(parent, uuid.UUID) else None,
        term_ids=terms if isinstance(terms, tuple) else (),
    )


def _row(
    field: FieldMerge, wording: Wording, picked: str | None, written: str | None, missing: str
) -> Row:
    sides = {
        name: _said(field, getattr(field, name), wording)
        for name in ("base", "mine", "theirs", "merged")
    }
    rich = is_rich(field.key, sides["base"], sides["mine"], sides["theirs"])
    diffs = [
        change_between(field.key, field.label, sides["base"], sides[side], rich=rich)
        for side in ("mine", "theirs")
    ]
    start = field.merged if isinstance(field.merged, str) else field.mine
    return Row(
        field, diffs[0], diffs[1], sides, picked or field.suggested or "",
        written if written is not None else str(start if field.by_hand else ""),
        "Choose one, or write it by hand." if missing == field.key else "",
    )  # fmt: skip


def _said(field: FieldMerge, value: object, wording: Wording) -> str:
    if field.key == "body":
        return value if isinstance(value, str) else ""
    return "" if value is MISSING else wording.say(field.key, value)
