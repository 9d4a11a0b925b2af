"""Limits: what an account uses, what it may use, and setting that for the accounts below."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.forms.base import add_error
from portal.forms.limits import LimitsForm
from portal.guards import permission
from portal.requests import current
from tenants.accounts import AccountRef
from tenants.allotting import BelowUse, CannotLimit, set_limit, standing, standing_below
from tenants.decisions import authorize, can
from tenants.permissions import Permission as P
from tenants.quotas import Resource

bp = Blueprint("limits", __name__, url_prefix="/a/<handle>/limits")


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> str:
    here, above = current.here, _above()
    raising = can(current.person, P.QUOTA_SET, above) if above else None
    return render_template(
        "limits/index.html", here=here, above=above, raising=raising,
        standings=standing(here), below=standing_below(here), setting=current.can(P.QUOTA_SET),
        known={a.id for a in current.ancestors if current.person.is_member(a)} | {here.id},
    )  # fmt: skip


@bp.route("/set", methods=["GET", "POST"])
@permission(P.QUOTA_SET)
def change() -> Any:
    above = _above() or abort(404)
    authorize(current.person, P.QUOTA_SET, above)
    standings = standing(current.here)
    form = LimitsForm(data={s.resource.value: _shown(s.limit_at(current.here.id))
                            for s in standings})  # fmt: skip
    if form.validate_on_submit() and _set(form, above):
        flash(f"The limits of {current.here.name} are set.", "good")
        return redirect(url_for("limits.index", handle=current.here.handle))
    status = 422 if form.is_submitted() else 200
    used = {s.resource.value: s.used for s in standings}
    return render_template(
        "limits/set.html", form=form, above=above, used=used, resources=Resource,
        unconfirmed=form.is_submitted() and bool(form.errors),
    ), status  # fmt: skip


def _set(form: LimitsForm, above: AccountRef) -> bool:
    """Set every limit of the form, or show at its fields why that cannot be."""
    fine = True
    for resource in Resource:
        try:
            set_limit(
                current.here, above, resource, form.amount(resource), by=current.person,
                confirmed=form.confirmed.data, because=form.because.data or "",
            )  # fmt: skip
        except BelowUse as problem:
            add_error(form[resource.value], f"{problem} Confirm it below, or give a higher one.")
            fine = False
        except CannotLimit as problem:
            add_error(form[resource.value], str(problem))
            fine = False
    return fine


def _above() -> AccountRef | None:
    return current.ancestors[-1] if current.ancestors else None


def _shown(amount: int | None) -> str:
    return "" if amount is None else str(amount)
