"""Leaving an account: giving up one's own roles there."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from portal.forms.base import add_error
from portal.forms.pages import ReasonForm
from portal.guards import signed_in
from portal.requests import current
from tenants.delegation import CannotDelegate
from tenants.leaving import CannotLeave, leave, own_grants, own_memberships

bp = Blueprint("leaving", __name__, url_prefix="/me/leave")


@bp.route("/<handle>", methods=["GET", "POST"])
@signed_in
def leave_account(handle: str) -> Any:
    """Show what is given up; end it."""
    form = ReasonForm()
    here = current.here
    grants, memberships = own_grants(here, current.person), own_memberships(here, current.person)
    if form.validate_on_submit():
        try:
            leave(here, by=current.person, reason=form.reason.data or "")
        except (CannotLeave, CannotDelegate) as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"You gave up your roles at {here.name}.", "good")
            return redirect(url_for("me.show", _anchor="accounts"))
    status = 422 if form.errors else 200
    return render_template(
        "leaving/leave.html", form=form, grants=grants, memberships=memberships, handle=handle
    ), status
