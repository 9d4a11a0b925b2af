"""Who answers for a page, and by when it is reviewed."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.content.caring import care_of, possible_owners, set_care
from portal.content.drafting import may_edit
from portal.content.moments import end_of_day
from portal.content.pages import page_by_id
from portal.content.problems import Problem
from portal.forms.base import add_error
from portal.forms.caring import CareForm
from portal.forms.finding import narrow
from portal.guards import permission
from portal.requests import current
from portal.times import zone
from tenants.permissions import Permission as P

bp = Blueprint("caring", __name__, url_prefix="/a/<handle>/pages/<uuid:page_id>")


@bp.route("/care", methods=["GET", "POST"])
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def care(page_id: uuid.UUID) -> Any:
    page = page_by_id(page_id, current.here.id) or abort(404)
    there, here_zone = care_of(page), current.here.zone
    form = CareForm(
        owner=str(there.owner_id or "") if there else "",
        review_by=there.review_by.astimezone(zone(here_zone)).date()
        if there and there.review_by else None,
    )  # fmt: skip
    people = possible_owners(page, current.here, current.person)
    narrow(form.owner, [(str(k), name) for k, name in people.items()], [("", "Nobody")])
    if form.validate_on_submit():
        owner = uuid.UUID(form.owner.data) if form.owner.data else None
        day = form.review_by.data
        try:
            set_care(
                page, current.here, (owner, people[owner]) if owner else None,
                end_of_day(day, here_zone) if day else None, by=current.person,
                reason=form.reason.data or "",
            )  # fmt: skip
        except Problem as problem:
            add_error(form.owner, str(problem))
        else:
            flash("Saved.", "good")
            return redirect(url_for("pages.edit", handle=current.here.handle, page_id=page.id))
    status = 422 if form.is_submitted() else 200
    return render_template(
        "caring/care.html", page=page, form=form, why=may_edit(current.person, page, current.here)
    ), status
