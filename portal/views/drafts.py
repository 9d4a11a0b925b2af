"""What somebody typed and did not save yet: kept while he types, offered when he comes back."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.comparing import FieldChange
from portal.content.copies import WorkingCopy, keep_copy, settle_copy
from portal.content.drafting import may_edit
from portal.content.locking import hold_while_typing
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Locked, Problem
from portal.forms.writing import asked_copy, changes_between, copies_of, mark, typed_values
from portal.guards import permission
from portal.requests import current
from portal.times import clock_time
from portal.views.typed import edit_form, new_form
from tenants.permissions import Permission as P

bp = Blueprint("drafts", __name__, url_prefix="/a/<handle>/pages")


@bp.post("/new/autosave")
@permission(P.PAGE_CREATE)
def keep_new() -> Any:
    return _keep(None)


@bp.post("/<uuid:page_id>/autosave")
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def keep(page_id: uuid.UUID) -> Any:
    return _keep(_page(page_id))


@bp.get("/new/unsaved")
@permission(P.PAGE_CREATE)
def unsaved_new() -> str:
    copy = _chosen(None)
    if copy is None:
        return _unsaved(None, None, [])
    standing = new_form(current.here, kept=copy.first("type"))
    return _unsaved(None, copy, changes_between(standing, new_form(current.here, copy)))


@bp.get("/<uuid:page_id>/unsaved")
@permission(P.PAGE_VIEW)
def unsaved(page_id: uuid.UUID) -> str:
    page = _page(page_id)
    copy = _chosen(page)
    if copy is None:
        return _unsaved(page, None, [])
    draft = revision_by_id(page.draft_revision_id, page)
    standing, typed = (edit_form(current.here, page, draft, each) for each in (None, copy))
    return _unsaved(page, copy, changes_between(standing, typed))


@bp.post("/new/unsaved")
@permission(P.PAGE_CREATE)
def discard_new() -> Response:
    return _discard(None)


@bp.post("/<uuid:page_id>/unsaved")
@permission(P.PAGE_VIEW)
def discard(page_id: uuid.UUID) -> Response:
    return _discard(_page(page_id))


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _keep(page: Page | None) -> Any:
    if request.form.get("writer") not in {None, str(current.person.person_id)}:
        # A tab that somebody left open: what he types in it is not the copy of who came after him.
        return jsonify(state="refused", says="Somebody else is signed in here now."), 409
    try:
        copy = keep_copy(current.here, page, mark(), typed_values(), by=current.person)
    except Problem as problem:
        return jsonify(state="refused", says=str(problem)), 422
    if copy.settled_at is not None:
        return jsonify(state="settled", says="Saved.")
    at = clock_time(copy.saved_at, current.person.zone)
    says = f"Saved {at}"
    if page is not None:
        says += _held_up(page)
    return jsonify(state="kept", says=says, mark=copy.mark)


def _held_up(page: Page) -> str:
    """Have the page for the writer from his first change on; say why it is not his."""
    try:
        hold_while_typing(page, current.here, by=current.person)
    except Locked as locked:
        return f", for you alone: {str(locked).removesuffix('.')}"
    return ""


def _chosen(page: Page | None) -> WorkingCopy | None:
    """Return the copy that is asked for, else the newest."""
    copies = copies_of(page)
    return asked_copy(copies) or next(iter(copies), None)


def _unsaved(page: Page | None, copy: WorkingCopy | None, changes: list[FieldChange]) -> str:
    return render_template(
        "pages/unsaved.html", page=page, copy=copy, changes=changes, edit_url=_editor_url(page),
        copies=copies_of(page),
        allowed=may_edit(current.person, page, current.here) if page else None,
        moved_on=page is not None and copy is not None
        and copy.first("based_on") != str(page.draft_revision_id),
    )  # fmt: skip


def _discard(page: Page | None) -> Response:
    wanted = request.form.get("copy", "")
    if any(copy.mark == wanted for copy in copies_of(page)):
        settle_copy(current.here, page, wanted, by=current.person)
        flash("What you had typed is thrown away.", "info")
    return redirect(_editor_url(page))


def _editor_url(page: Page | None) -> str:
    if page is None:
        return url_for("pages.new", handle=current.here.handle)
    return url_for("pages.edit", handle=current.here.handle, page_id=page.id)
