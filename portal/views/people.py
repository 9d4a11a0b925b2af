"""Who holds which role here, and by whose word."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.forms.base import add_error, choices
from portal.forms.pages import ReasonForm
from portal.forms.people import GrantForm
from portal.guards import permission
from portal.requests import current
from tenants.clock import now
from tenants.delegation import CannotDelegate, end, givable_roles, give, grant_by_id
from tenants.grants import grants_at, people_here
from tenants.people import person_by_id
from tenants.permissions import Permission as P
from tenants.roles import role_by_id

bp = Blueprint("people", __name__, url_prefix="/a/<handle>/people")


@bp.get("/")
@permission(P.ACCESS_VIEW)
def index() -> str:
    grants = grants_at(current.here.path, now())
    return render_template(
        "people/index.html", here=current.here, may_give=current.can(P.GRANT_GIVE),
        own=[g for g in grants if g.account_id == current.here.id],
        inherited=[
            g for g in grants if g.account_id != current.here.id and g.reach == "subtree"
        ],
    )  # fmt: skip


@bp.route("/give", methods=["GET", "POST"])
@permission(P.GRANT_GIVE)
def give_role() -> Any:
    form = GrantForm()
    roles = givable_roles(current.here, current.person)
    people = people_here()
    names = [(str(p.id), f"{p.name} ({p.email})") for p in people]
    form.person.choices = choices([("", "Choose…"), *names])
    givable = [(str(r.id), f"{r.name}: {r.sentence}") for r, no in roles if no is None]
    form.role.choices = choices(givable)
    if form.validate_on_submit():
        person = person_by_id(uuid.UUID(form.person.data))
        role = role_by_id(uuid.UUID(form.role.data))
        if person is None or role is None:
            abort(404)
        try:
            give(
                person, role, current.here, by=current.person, reach=form.reach.data,
                until=form.until_instant(current.here.zone), because=form.because.data or "",
            )  # fmt: skip
        except CannotDelegate as problem:
            add_error(form.until, str(problem))
        else:
            flash(f"{person.name} is {role.name} here from now on.", "good")
            return redirect(url_for("people.index", handle=current.here.handle))
    status = 422 if form.is_submitted() else 200
    refused = [(role, no) for role, no in roles if no is not None]
    return render_template("people/give.html", form=form, refused=refused), status


@bp.route("/grants/<uuid:grant_id>/end", methods=["GET", "POST"])
@permission(P.GRANT_END)
def end_grant(grant_id: uuid.UUID) -> Any:
    grant = grant_by_id(grant_id)
    if grant is None or grant.account_id != current.here.id:
        abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            end(grant, current.here, by=current.person, reason=form.reason.data or "")
        except CannotDelegate as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"{grant.person.name} is no longer {grant.role.name} here.", "good")
            return redirect(url_for("people.index", handle=current.here.handle))
    status = 422 if form.is_submitted() else 200
    return render_template("people/end.html", form=form, grant=grant), status
