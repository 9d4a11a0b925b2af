"""What if: a change of access tried out, looked at and not saved."""

import uuid
from typing import Any

from flask import Blueprint, render_template

from portal.content.fields import as_id
from portal.forms.base import add_error, choices
from portal.forms.finding import held, narrow, offer, words_for
from portal.forms.people_found import CHOOSE, offer_people
from portal.forms.supposing import SupposeForm
from portal.guards import permission
from portal.previews import told
from portal.proofs import linked
from portal.requests import current
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.grants import Grant, grants_at
from tenants.groups import groups_at
from tenants.nearest import accounts_within_reach
from tenants.offers import givable_roles
from tenants.permissions import Permission as P
from tenants.questions import holders
from tenants.quotas import QuotaReached
from tenants.supposing import (
    Change,
    Supposition,
    containing,
    ending,
    giving,
    moving,
    suppose,
)
from tenants.tree import CannotChange

PLACES = 500
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
    _offer_places(form)
    here, by = current.here, current.person
    known = {str(row.person_id): f"{row.name} ({row.email})" for row in holders(here)}
    offered = [role for role, _ in givable_roles(here, by)]
    roles = [(str(role.id), role.name) for role in offered]
    custom = [(str(role.id), role.name) for role in offered if role.account_id == here.id]
    grants = [(str(g.id), _words(g)) for g in grants_at((here.id,), now())]
    offer_people(form.bearer, here, by, groups_at(here))
    offer_people(form.person, here, by, besides=known.items())
    form.role.choices = choices([("", "Choose…"), *roles])
    form.custom.choices = choices([("", "Choose…"), *custom])
    narrow(form.grant, grants, CHOOSE)


def _offer_places(form: SupposeForm) -> None:
    here, chosen = current.here, held(form.parent)
    near = accounts_within_reach(
        current.person, PLACES + 1, words_for(form.parent), tenant_id=here.tenant_id
    )
    places = {str(a.id): a.name for a in near[:PLACES] if here.id not in a.path}
    if missing := {found for each in chosen - places.keys() if (found := as_id(each))}:
        far = accounts_within_reach(current.person, 1, ids=missing, tenant_id=here.tenant_id)
        places |= {str(a.id): a.name for a in far if here.id not in a.path}
    offer(form.parent, places.items(), CHOOSE, cut=len(near) > PLACES)


def _words(grant: Grant) -> str:
    return f"{grant.bearer.name}: {grant.role.name}"


def _found(form: SupposeForm) -> Supposition | None:
    here = current.here
    try:
        return suppose(
            _change(form, here), here, person_id=uuid.UUID(form.person.data),
            permission=P(form.permission.data), account=here,
        )  # fmt: skip
    except (LookupError, CannotChange, QuotaReached) as problem:
        add_error(form.kind, str(problem))
        return None


def _change(form: SupposeForm, here: AccountRef) -> Change:
    if form.kind.data == "end":
        return ending(uuid.UUID(form.grant.data))
    if form.kind.data == "role":
        adds, drops = form.adds.data, form.drops.data
        return containing(
            uuid.UUID(form.custom.data),
            adds=P(adds) if adds else None, drops=P(drops) if drops else None,
        )  # fmt: skip
    if form.kind.data == "move":
        return moving(here, uuid.UUID(form.parent.data))
    return giving(
        uuid.UUID(form.bearer.data), uuid.UUID(form.role.data), here, by=current.person,
        reach=form.reach.data, until=form.until_instant(here.zone),
    )  # fmt: skip


def _shown(found: Supposition | None) -> dict[str, Any]:
    if found is None:
        return {"found": None}
    seen = told(found.effects, current.person, [current.here])
    return {
        "found": found,
        "before": linked(found.before.decision, current.person) if found.before else [],
        "after": linked(found.after.decision, current.person) if found.after else [],
        "effects": seen.lines,
        "hidden": seen.unnamed,
        "further": seen.further,
    }
