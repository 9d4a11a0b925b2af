"""The trash: putting a page in, taking it out, deleting it for good."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.drafting import may_edit
from portal.content.pages import Page, page_by_id
from portal.content.problems import Problem
from portal.content.trash import (
    DAYS,
    ahead_of,
    delete_now,
    goes_at,
    put_in_trash,
    restore,
    trash_of,
    trashed_by_id,
)  # fmt: skip
from portal.errors import Conflict
from portal.forms.base import add_error
from portal.forms.pages import ReasonForm
from portal.forms.trash import DeleteForm
from portal.guards import permission
from portal.requests import current
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("trash", __name__, url_prefix="/a/<handle>")


@bp.get("/trash/")
@permission(P.PAGE_VIEW)
def index() -> str:
    found = trash_of(current.here.id, request.args.get("before"))
    return render_template(
        "trash/index.html", found=found, days=DAYS, goes_at=goes_at,
        may_restore=lambda page: may_edit(current.person, page, current.here),
    )  # fmt: skip


@bp.route("/pages/<uuid:page_id>/trash", methods=["GET", "POST"])
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def throw_away(page_id: uuid.UUID) -> Any:
    page = page_by_id(page_id, current.here.id) or abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            put_in_trash(page, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"“{page.title or '(untitled)'}” is in the trash for {DAYS} days.", "good")
            return redirect(url_for("trash.index", handle=current.here.handle))
    status = 422 if form.is_submitted() else 200
    return render_template(
        "trash/throw_away.html", page=page, form=form, ahead=ahead_of(page), days=DAYS,
        why=may_edit(current.person, page, current.here), may_publish=current.can(P.PAGE_PUBLISH),
    ), status  # fmt: skip


@bp.post("/trash/<uuid:trashed_id>/restore")
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def take_out(trashed_id: uuid.UUID) -> Response:
    page = _page(trashed_id)
    try:
        obstacle = restore(page, current.here, by=current.person)
    except (Problem, QuotaReached) as problem:
        raise Conflict(str(problem)) from problem
    flash(f"“{page.title or '(untitled)'}” is back as a draft. Nothing of it is live.", "good")
    if obstacle:
        flash(f"Before it can be published again: {obstacle}", "warn")
    return redirect(url_for("pages.edit", handle=current.here.handle, page_id=page.id))


@bp.route("/trash/<uuid:trashed_id>/delete", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def delete(trashed_id: uuid.UUID) -> Any:
    page = _page(trashed_id)
    form = DeleteForm()
    if form.validate_on_submit():
        try:
            delete_now(page, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            raise Conflict(str(problem)) from problem
        flash("Deleted for good. The trail still tells of it.", "good")
        return redirect(url_for("trash.index", handle=current.here.handle))
    status = 422 if form.is_submitted() else 200
    return render_template("trash/delete.html", page=page, form=form, goes=goes_at(page)), status


def _page(page_id: uuid.UUID) -> Page:
    return trashed_by_id(page_id, current.here.id) or abort(404)
