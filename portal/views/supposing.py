"""What if: a change of access tried out, looked at and not saved."""

import uuid
from typing import Any

from flask import Blueprint, render_template

from portal.forms.base import add_error, choices
from portal.forms.supposing import SupposeForm
from portal.guards import permission
from portal.proofs import steps_of
from portal.requests import current
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.effects import Effect
from tenants.grants import Grant, grants_at
from tenants.groups import groups_at
from tenants.offers import givable_roles, people_to_give
from tenants.permissions import Permission as P
from tenants.questions import holders
from tenants.supposing import Change, Supposition, ending, giving, suppose

bp = Blueprint("supposing", __name__, url_prefix="/a/<handle>/access")


@bp.route("/what-if", methods=["GET", "POST"])
@permission(P.ACCESS_VIEW)
def what_if() -> Any:
    form = SupposeForm()
    _offer(form)
    found = _found(form) if form.validate_on_submit() else None
    status = 422 if form.is_submitted() and found is None else 200
    return render_template("access/what_if.html", form=form, **_shown(found)), status


def _offer(form: SupposeForm) -> None:
    here, by = current.here, current.person
    known = {str(row.person_id): f"{row.name} ({row.email})" for row in holders(here)}
    people = {str(p.id): f"{p.name} ({p.email})" for p in people_to_give(here, by)}
    roles = [(str(role.id), role.name) for role, _ in givable_roles(here, by)]
    grants = [(str(g.id), _words(g)) for g in grants_at((here.id,), now())]
    groups = [(str(g.id), f"{g.name} (a group)") for g in groups_at(here)]
    form.bearer.choices = choices([("", "Choose…"), *groups, *people.items()])
    form.role.choices = choices([("", "Choose…"), *roles])
    form.grant.choices = choices([("", "Choose…"), *grants])
    form.person.choices = choices([("", "Choose…"), *(people | known).items()])


def _words(grant: Grant) -> str:
    return f"{grant.bearer.name}: {grant.role.name}"


def _found(form: SupposeForm) -> Supposition | None:
    here = current.here
    try:
        return suppose(
            _change(form, here), here, person_id=uuid.UUID(form.person.data),
            permission=P(form.permission.data), account=here,
        )  # fmt: skip
    except LookupError as problem:
        add_error(form.kind, str(problem))
        return None


def _change(form: SupposeForm, here: AccountRef) -> Change:
    if form.kind.data == "end":
        return ending(uuid.UUID(form.grant.data))
    return giving(
        uuid.UUID(form.bearer.data), uuid.UUID(form.role.data), here, by=current.person,
        reach=form.reach.data, until=form.until_instant(here.zone),
    )  # fmt: skip


def _shown(found: Supposition | None) -> dict[str, Any]:
    if found is None:
        return {"found": None}
    seen: list[Effect] = [e for e in found.effects if e.seen_by(current.person)]
    return {
        "found": found,
        "before": steps_of(found.before.decision) if found.before else [],
        "after": steps_of(found.after.decision) if found.after else [],
        "effects": seen,
        "hidden": len({e.person_id for e in found.effects} - {e.person_id for e in seen}),
    }
