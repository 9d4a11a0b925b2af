"""What somebody typed and did not save yet: kept while he types, offered when he comes back."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.copies import WorkingCopy, keep_copy, own_copies, settle_copy
from portal.content.drafting import may_edit
from portal.content.locking import hold_while_typing
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Locked, Problem
from portal.forms.page_fields import fill, offer_choices
from portal.forms.pages import NewPageForm, PageForm
from portal.forms.writing import as_form, asked_copy, changes_between, mark, typed_values
from portal.guards import permission
from portal.requests import current
from portal.times import clock_time
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
    return _unsaved(None, NewPageForm())


@bp.get("/<uuid:page_id>/unsaved")
@permission(P.PAGE_VIEW)
def unsaved(page_id: uuid.UUID) -> str:
    page = _page(page_id)
    form = PageForm()
    fill(form, page, revision_by_id(page.draft_revision_id, page), current.here.id)
    return _unsaved(page, form)


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
        return f", for you alone: {locked}"
    return ""


def _unsaved(page: Page | None, standing: PageForm) -> str:
    copies = own_copies(current.here, page, by=current.person)
    copy = asked_copy(page) or next(iter(copies), None)
    allowed = may_edit(current.person, page, current.here) if page else None
    return render_template(
        "pages/unsaved.html", page=page, copies=copies, copy=copy, allowed=allowed,
        changes=_changes(page, standing, copy) if copy else (),
        moved_on=page is not None and copy is not None
        and copy.first("based_on") != str(page.draft_revision_id),
        edit_url=_editor_url(page),
    )  # fmt: skip


def _changes(page: Page | None, standing: PageForm, copy: WorkingCopy) -> Any:
    form = as_form(type(standing), copy)
    for each in (standing, form):
        offer_choices(each, current.here.id, page.id if page else None)
    return changes_between(standing, form)


def _discard(page: Page | None) -> Response:
    wanted = request.form.get("copy", "")
    if any(copy.mark == wanted for copy in own_copies(current.here, page, by=current.person)):
        settle_copy(current.here, page, wanted, by=current.person)
        flash("What you had typed is thrown away.", "info")
    return redirect(_editor_url(page))


def _editor_url(page: Page | None) -> str:
    if page is None:
        return url_for("pages.new", handle=current.here.handle)
    return url_for("pages.edit", handle=current.here.handle, page_id=page.id)
