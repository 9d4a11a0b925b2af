"""Who is at a page's editor, and who has the page for himself."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.copies import keep_copy
from portal.content.locking import be_seen, leave, release_lock, take_lock, take_over
from portal.content.locks import PageLock, lock_of
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.errors import Conflict
from portal.forms.merging import uuid_or_none
from portal.forms.writing import mark, typed_values
from portal.guards import permission
from portal.requests import current
from portal.times import clock_time
from tenants.accounts import AccountRef
from tenants.permissions import Permission as P

bp = Blueprint("presence", __name__, url_prefix="/a/<handle>/pages")
EDITING = (P.PAGE_EDIT, P.PAGE_EDIT_OWN)


@bp.post("/<uuid:page_id>/presence")
@permission(*EDITING)
def show(page_id: uuid.UUID) -> str:
    """Note that one is here, and return who else is, as it stands in the editor."""
    page = _page(page_id)
    others = be_seen(page, current.here, by=current.person)
    based_on = uuid_or_none(request.form.get("based_on"))
    newer = None
    if based_on and based_on != page.draft_revision_id:
        newer = revision_by_id(page.draft_revision_id, page)
    return render_template(
        "pages/_people.html", page=page, others=others, lock=lock_of(page), newer=newer,
        writer=current.person.person_id,
    )  # fmt: skip


@bp.post("/<uuid:page_id>/leave")
@permission(*EDITING)
def gone(page_id: uuid.UUID) -> Any:
    leave(_page(page_id), by=current.person)
    return "", 204


@bp.post("/<uuid:page_id>/lock")
@permission(*EDITING)
def lock(page_id: uuid.UUID) -> Response:
    return _with_lock(page_id, take_lock, "The page is yours until {until}.")


@bp.post("/<uuid:page_id>/take-over")
@permission(*EDITING)
def take(page_id: uuid.UUID) -> Response:
    return _with_lock(page_id, take_over, "You took the page over. It is yours until {until}.")


@bp.post("/<uuid:page_id>/unlock")
@permission(*EDITING)
def unlock(page_id: uuid.UUID) -> Response:
    page = _page(page_id)
    _keep_typed(page)
    release_lock(page, by=current.person)
    flash("Others may write on this page again.", "info")
    return _back(page)


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _with_lock(page_id: uuid.UUID, act: Callable[..., PageLock], says: str) -> Response:
    page = _page(page_id)
    _keep_typed(page)
    here: AccountRef = current.here
    try:
        taken = act(page, here, by=current.person)
    except Problem as problem:
        raise Conflict(f"{problem} What you typed is below.") from problem
    until = clock_time(taken.until, current.person.zone)
    flash(says.format(until=until), "good")
    return _back(page)


def _keep_typed(page: Page) -> None:
    """Keep what stood in the form the button is part of: the page that follows shows it again."""
    if "title" not in request.form:
        return
    try:
        keep_copy(current.here, page, mark(), typed_values(), by=current.person)
    except Problem as problem:
        raise Conflict(f"{problem} Nothing was changed.") from problem


def _back(page: Page) -> Response:
    typed = mark() if "title" in request.form else None
    here = current.here.handle
    return redirect(url_for("pages.edit", handle=here, page_id=page.id, copy=typed))
