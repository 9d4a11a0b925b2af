"""What the editor's form carries besides its fields: the tab's mark, and what was typed."""

import uuid
from collections.abc import Iterable
from typing import Any

from flask import request
from wtforms import Form, HiddenField

from portal.content.comparing import FieldChange, change_between, is_rich
from portal.content.copies import MARK, Typed, WorkingCopy, own_copies, settle_copy
from portal.content.locking import release_lock
from portal.content.locks import Beside, lock_of, others_at
from portal.content.pages import Page
from portal.forms.finding import BOX, SHOWN
from portal.requests import current

NOT_KEPT = frozenset({"csrf_token", "act", "copy", "once", "writer"})
MOST_FIELDS = 2_000


def mark() -> str:
    """Return the mark of the tab that sends this form, or of one that is shown now."""
    sent = request.form.get("copy") or request.args.get("copy") or ""
    fits = 0 < len(sent) <= MARK and sent.isascii() and sent.isprintable()
    return sent if fits else str(uuid.uuid4())


def typed_values() -> Typed:
    """Return every field that was sent, by name, but for what only carries the form."""
    sent = list(request.form.lists())[:MOST_FIELDS]
    told = (BOX, SHOWN)
    return {n: values for n, values in sent if n not in NOT_KEPT and not n.startswith(told)}


def copies_of(page: Page | None) -> list[WorkingCopy]:
    """Return one's own unsaved copies of a page, or of one to be started; the newest first."""
    return own_copies(current.here, page, by=current.person)


def asked_copy(copies: Iterable[WorkingCopy]) -> WorkingCopy | None:
    """Return that of one's own copies which the address asks for, if there is one."""
    wanted = request.args.get("copy", "")
    return next((copy for copy in copies if copy.mark == wanted), None)


def around(page: Page | None, copies: Iterable[WorkingCopy] | None = None) -> dict[str, Any]:
    """Return what stands around the editor: unsaved copies, who is here, who holds the page.

    `copies` are all of one's own, if they were asked for already.
    """
    here = mark()
    copies = copies_of(page) if copies is None else copies
    return {
        "mark": here,
        "writer": current.person.person_id,
        "copies": [copy for copy in copies if copy.mark != here],
        "others": others_at(page, by=current.person) if page else [],
        "lock": lock_of(page) if page else None,
    }


def done_writing(page: Page, tab: str = "", beside: Beside | None = None) -> None:
    """Settle the tab's working copy and let others write: what was typed is saved."""
    there = beside is None or beside.copy_id is not None
    settle_copy(current.here, page, tab or mark(), by=current.person, there=there)
    if beside is None or (beside.lock and beside.lock.person_id == current.person.person_id):
        release_lock(page, by=current.person)


def done_starting() -> None:
    """Settle the working copy of a tab in which something new was written: it is saved."""
    settle_copy(current.here, None, mark(), by=current.person)


def changes_between(before: Form, after: Form) -> list[FieldChange]:
    """Return the fields in which two fillings of a form differ, in words."""
    found = []
    for field in before:
        if isinstance(field, HiddenField) or field.short_name == "type":
            continue
        sides = _said(field), _said(after[field.short_name])
        rich = is_rich(field.short_name, *sides)
        found.append(change_between(field.short_name, field.label.text, *sides, rich=rich))
    return [change for change in found if change is not None]


def _said(field: Any) -> str:
    if hasattr(field, "iter_choices"):
        chosen = [str(each[1]) for each in field.iter_choices() if each[2]]
        return "\n".join(chosen)
    parts = getattr(field, "entries", None) or getattr(field, "form", ())
    if parts:
        return "\n".join(text for text in map(_said, parts) if text)
    return str(field.data or "").replace("\r\n", "\n")
