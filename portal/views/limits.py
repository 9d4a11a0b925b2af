"""Limits: what an account uses, what it may use, and setting that for the accounts below."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.forms.base import add_error
from portal.forms.limits import LimitsForm
from portal.guards import permission
from portal.requests import current
from tenants.accounts import AccountRef
from tenants.allotting import BelowUse, CannotLimit, set_limit, standing, standing_below
from tenants.decisions import can
from tenants.directory import account_ref
from tenants.permissions import Permission as P
from tenants.quotas import Resource
from tenants.scope import acting_in, tenant_scope

bp = Blueprint("limits", __name__, url_prefix="/a/<handle>/limits")


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> str:
    here, above = current.here, _above()
    raising = can(current.person, P.QUOTA_SET, above) if above else None
    return render_template(
        "limits/index.html", here=here, above=above, raising=raising,
        standings=standing(here), below=standing_below(here), setting=current.can(P.QUOTA_SET),
    )  # fmt: skip


@bp.route("/<uuid:account_id>", methods=["GET", "POST"])
@permission(P.QUOTA_SET)
def change(account_id: uuid.UUID) -> Any:
    account = _child(account_id)
    standings = standing(account)
    form = LimitsForm(data={s.resource.value: _shown(s.limit_at(account.id)) for s in standings})
    if form.validate_on_submit() and _set(form, account):
        flash(f"The limits of {account.name} are set.", "good")
        seen = account if current.person.is_member(account) else current.here
        return redirect(url_for("limits.index", handle=seen.handle))
    status = 422 if form.is_submitted() else 200
    return render_template(
        "limits/set.html", form=form, account=account, above=current.here, resources=Resource,
        used={s.resource.value: s.used for s in standings},
        unconfirmed=form.is_submitted() and bool(form.errors),
    ), status  # fmt: skip


def _child(account_id: uuid.UUID) -> AccountRef:
    """Return an account right below the one in the URL, and work in its tenant from here on."""
    account = account_ref(account_id)
    if account is None or account.parent_id != current.here.id:
        abort(404)
    current.stack.enter_context(acting_in(tenant_scope(account.tenant_id)))
    return account


def _set(form: LimitsForm, account: AccountRef) -> bool:
    """Set every limit of the form, or show at its fields why that cannot be."""
    fine = True
    for resource in Resource:
        try:
            set_limit(
                account, current.here, resource, form.amount(resource), by=current.person,
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
