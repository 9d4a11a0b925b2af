"""How long a trail is kept, and the holds that keep it for a dispute."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.forms.base import add_error
from portal.forms.trail import EndHoldForm, HoldForm, RetentionForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants import retention
from tenants.permissions import Permission as P
from tenants.retention import CannotKeep, TrailHold
from tenants.scope import acting_in, tenant_scope

bp = Blueprint("keeping", __name__, url_prefix="/a/<handle>/trail/keeping")


@bp.get("/")
@permission(P.TRAIL_VIEW)
def show() -> str:
    _enter_tenant()
    here = current.here
    return render_template(
        "trail/keeping.html", kept=retention.kept_at(here), holds=retention.holds(here),
        held=retention.is_held(), purge=retention.last_purge(),
        may_end=lambda hold: retention.may_end(hold, here, current.person),
    )  # fmt: skip


@bp.route("/days", methods=["GET", "POST"])
@permission(P.TRAIL_MANAGE)
def days() -> Any:
    """Set for how many days this account keeps its events."""
    _enter_tenant()
    kept = retention.kept_at(current.here)
    form = RetentionForm(days=kept.own)
    if form.validate_on_submit():
        try:
            retention.set_days(
                current.here, form.days.data, by=current.person, reason=form.reason.data or ""
            )
        except CannotKeep as problem:
            add_error(form.days, str(problem))
        else:
            flash("Saved.", "good")
            return _back()
    status = 422 if form.is_submitted() else 200
    return render_template("trail/days.html", form=form, kept=kept), status


@bp.route("/holds/new", methods=["GET", "POST"])
@permission(P.TRAIL_MANAGE)
@once
def hold() -> Any:
    """Keep the tenant's whole trail for a dispute."""
    _enter_tenant()
    form = HoldForm()
    if form.validate_on_submit():
        row = retention.start_hold(
            current.here, form.name.data or "", form.reason.data or "", by=current.person
        )
        flash(f"The hold “{row.name}” is on: nothing of the trail is purged.", "good")
        return _back()
    return render_template("trail/hold.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/holds/<uuid:hold_id>/end", methods=["GET", "POST"])
@permission(P.TRAIL_MANAGE)
def end(hold_id: uuid.UUID) -> Any:
    """End a hold, with a reason."""
    _enter_tenant()
    row: TrailHold = retention.hold_by_id(hold_id, current.here) or abort(404)
    form = EndHoldForm()
    if form.validate_on_submit():
        try:
            retention.end_hold(row, current.here, by=current.person, reason=form.reason.data or "")
        except CannotKeep as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"The hold “{row.name}” is ended.", "good")
            return _back()
    status = 422 if form.is_submitted() else 200
    return render_template("trail/end_hold.html", form=form, hold=row), status


def _enter_tenant() -> None:
    """Look at the whole tenant: what is kept here is also decided above and beside it."""
    scope = tenant_scope(current.here.tenant_id)
    current.stack.enter_context(acting_in(scope))


def _back() -> Response:
    return redirect(url_for("keeping.show", handle=current.here.handle), 303)
