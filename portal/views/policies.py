"""Policies: what holds at an account, who set it, and setting or clearing one."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from portal.forms.base import add_error
from portal.forms.limits import form_for
from portal.guards import permission
from portal.requests import current
from tenants.permissions import Permission as P
from tenants.policies import CATALOGUE, Policy, effective, inherited, own_policies
from tenants.policing import clear_policy, set_policy
from tenants.policy_kinds import BadPolicy
from tenants.scope import across_tenants
from tenants.step_kinds import Steps

bp = Blueprint("policies", __name__, url_prefix="/a/<handle>/policies")


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> str:
    rows = own_policies(current.here)
    return render_template(
        "policies/index.html", here=current.here, held=effective(current.here).values(),
        own=_standing(rows), rows=rows, catalogue=CATALOGUE, setting=current.can(P.POLICY_SET),
    )  # fmt: skip


@bp.route("/set", methods=["GET", "POST"])
@permission(P.POLICY_SET)
def change() -> Any:
    spec = CATALOGUE.get(request.values.get("policy", ""))
    if spec is None:
        return redirect(url_for("policies.index", handle=current.here.handle))
    if isinstance(spec.kind, Steps):
        return redirect(url_for("workflow.edit", handle=current.here.handle))
    reach_the_house()
    form = form_for(spec.kind)
    if form.validate_on_submit():
        try:
            set_policy(
                current.here, spec.key, form.value.data or "", by=current.person,
                because=form.because.data or "",
            )  # fmt: skip
        except BadPolicy as problem:
            add_error(form.because if spec.default is False else form.value, str(problem))
        else:
            flash(f"“{spec.title}” is set for {current.here.name} and all below.", "good")
            return redirect(url_for("policies.index", handle=current.here.handle))
    own = _standing(own_policies(current.here)).get(spec.key)
    if not form.is_submitted():
        form.policy.data = spec.key
        form.value.data = spec.kind.write(own.value) if own else form.value.data
    status = 422 if form.is_submitted() else 200
    return render_template(
        "policies/set.html", form=form, spec=spec, own=own, above=inherited(current.here)[spec.key]
    ), status


@bp.post("/clear")
@permission(P.POLICY_SET)
def clear() -> Any:
    spec = CATALOGUE.get(request.form.get("policy", "")) or abort(404)
    reach_the_house()
    clear_policy(current.here, spec.key, by=current.person)
    flash(f"{current.here.name} leaves “{spec.title}” to the accounts above.", "good")
    return redirect(url_for("policies.index", handle=current.here.handle))


def reach_the_house() -> None:
    """Let the house's policies, which belong to no tenant, be written at the house."""
    if current.here.kind == "house" and request.method == "POST":
        scope = across_tenants("the house’s policies hold for every tenant")
        current.stack.enter_context(scope)


def _standing(rows: list[Policy]) -> dict[str, Policy]:
    return {row.key: row for row in rows if row.ended_at is None}
