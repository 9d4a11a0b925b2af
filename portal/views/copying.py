"""A page once more, and a page in another account."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.content.copying import KEPT, duplicate, move_page
from portal.content.drafting import may_edit
from portal.content.pages import Page, page_by_id
from portal.content.problems import Problem
from portal.content.receiving import place_for, places_for
from portal.content.trash import ahead_of
from portal.forms.base import add_error
from portal.forms.copying import DuplicateForm, MovePageForm
from portal.forms.finding import held, offer, words_for
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("copying", __name__, url_prefix="/a/<handle>/pages/<uuid:page_id>")
PLACES = 100


@bp.route("/duplicate", methods=["GET", "POST"])
@permission(P.PAGE_CREATE)
@once
def once_more(page_id: uuid.UUID) -> Any:
    page = _page(page_id)
    form = DuplicateForm(title=f"Copy of {page.title}"[:500])
    if form.validate_on_submit():
        try:
            copy = duplicate(page, current.here, by=current.person, title=form.title.data or "")
        except (Problem, QuotaReached) as problem:
            add_error(form.title, str(problem))
        else:
            flash("This is the copy, a draft. The original stays as it is.", "good")
            return redirect(url_for("pages.edit", handle=current.here.handle, page_id=copy.id))
    status = 422 if form.is_submitted() else 200
    return render_template("copying/duplicate.html", page=page, form=form), status


@bp.route("/move", methods=["GET", "POST"])
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def elsewhere(page_id: uuid.UUID) -> Any:
    page = _page(page_id)
    form = MovePageForm()
    anywhere = _offer(form, page)
    if form.validate_on_submit():
        try:
            target = place_for(form.to.data or "", current.here, by=current.person)
            arrived = move_page(
                page, current.here, target, by=current.person, reason=form.reason.data or ""
            )
        except (Problem, QuotaReached) as problem:
            add_error(form.to, str(problem))
        else:
            flash(f"The page is at {target.name} now, as a draft. Nothing went live by it.", "good")
            return redirect(url_for("pages.edit", handle=target.handle, page_id=arrived.id))
    status = 422 if form.is_submitted() else 200
    return render_template(
        "copying/move.html", page=page, form=form, ahead=ahead_of(page), anywhere=anywhere,
        kept=KEPT, why=may_edit(current.person, page, current.here),
        may_publish=current.can(P.PAGE_PUBLISH),
    ), status  # fmt: skip


def _offer(form: MovePageForm, page: Page) -> bool:
    """Offer the accounts that the page can go to, each by its handle; tell if there is one."""
    places, cut = places_for(
        page, current.here, PLACES, by=current.person, search=words_for(form.to),
        chosen=held(form.to),
    )  # fmt: skip
    pairs = [(each.handle, f"{each.name} ({each.handle})") for each in places]
    offer(form.to, pairs, [("", "Choose…")], cut=cut)
    return bool(places or words_for(form.to))


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)
