"""Putting a page live now, and taking it offline."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.approvals import missing_approvals
from portal.content.holding import InHand, held_page
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from portal.content.readiness import problems_before_publishing
from portal.forms.base import add_error
from portal.forms.pages import PublishForm, ReasonForm
from portal.guards import permission
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("publication", __name__, url_prefix="/a/<handle>/pages/<uuid:page_id>")


@bp.route("/publish", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def publish_now(page_id: uuid.UUID) -> Any:
    held = _in_hand(page_id)
    page, draft = held.page, held.draft or abort(404)
    form = PublishForm(revision=str(draft.id))
    moved_on = form.is_submitted() and form.revision.data != str(draft.id)
    form.revision.data = str(draft.id)
    if form.validate_on_submit() and not moved_on:
        try:
            publish(page, draft, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            where = f"at {page.address}" if page.address else "wherever it is used"
            flash(f"“{page.title or 'Untitled'}” is live {where}.", "good")
            return _back(page)
    status = 409 if moved_on else 422 if form.is_submitted() else 200
    return render_template(
        "pages/publish.html",
        page=page,
        draft=draft,
        form=form,
        moved_on=moved_on,
        refusal=missing_approvals(page, draft, current.here),
        unready=problems_before_publishing(page, draft),
    ), status


@bp.route("/unpublish", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def take_offline(page_id: uuid.UUID) -> Any:
    page = _page(page_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            unpublish(page, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            flash("The page is offline. Its address answers “gone” until it is live again.", "good")
            return _back(page)
    status = 422 if form.is_submitted() else 200
    return render_template("pages/unpublish.html", page=page, form=form), status


def _in_hand(page_id: uuid.UUID) -> InHand:
    if request.method == "POST":
        return held_page(page_id, current.here.id, live=True) or abort(404)
    page = _page(page_id)
    return InHand(page, revision_by_id(page.draft_revision_id, page))


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _back(page: Page) -> Response:
    return redirect(url_for("pages.edit", handle=current.here.handle, page_id=page.id))
