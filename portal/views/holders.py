"""Who may do something here; what somebody holds, and what changed for him."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from portal.access_files import access_file
from portal.forms.access import HeldForm, WhoForm
from portal.forms.finding import narrow
from portal.guards import permission
from portal.requests import current
from portal.times import local_time
from tenants.clock import now
from tenants.decisions import Holding, can
from tenants.directory import account_refs, actor_for
from tenants.permissions import Permission as P
from tenants.questions import Step, changes_for, holders, who_can

bp = Blueprint("holders", __name__, url_prefix="/a/<handle>/access")


@bp.get("/who")
@permission(P.ACCESS_VIEW)
def who() -> Any:
    form = WhoForm(request.args)
    fine = form.validate()
    here = current.here
    rows = who_can(P(form.permission.data), here, form.moment(here.zone)) if fine else []
    if fine and request.args.get("format") == "csv":
        table = (
            [r.name, r.email, r.holding.role_name, r.holding.group, r.holding.account_name,
             str(r.holding.since), str(r.holding.until or ""), r.holding.given_by]
            for r in rows
        )  # fmt: skip
        titles = ("Name", "E-mail", "Role", "Group", "Given at", "Since", "Until", "Given by")
        return access_file(titles, table)
    return render_template("access/who.html", form=form, rows=rows), 200 if fine else 422


@bp.get("/person")
@permission(P.ACCOUNT_VIEW)
def person() -> Any:
    form = HeldForm(request.args)
    own = str(current.person.person_id)
    names = _names()
    form.person.data = form.person.data or own
    narrow(form.person, names.items())
    if not form.validate():
        page = render_template("access/person.html", form=form, held=[], steps=[])
        return page, 422 if form.errors else 200
    who_id, zone = uuid.UUID(form.person.data), current.here.zone
    held = _held(who_id, form.moment(zone))
    since, until = form.between(zone)
    steps = _steps(who_id, since, until or now()) if since else []
    if request.args.get("format") == "csv":
        return _csv(held, steps, bool(since))
    return render_template("access/person.html", form=form, held=held, steps=steps), 200


def _names() -> dict[str, str]:
    """Return who can be asked about: oneself, and whoever holds a role where one sees people."""
    me = {str(current.person.person_id): f"{current.person.name} ({current.person.label})"}
    if not current.can(P.ACCESS_VIEW).allowed:
        return me
    return me | {str(r.person_id): f"{r.name} ({r.email})" for r in holders(current.here)}


def _held(person_id: uuid.UUID, moment: datetime | None) -> list[Holding]:
    """Return what somebody holds, as far as the asker may see it."""
    actor = actor_for(person_id, moment)
    holdings = actor.holdings if actor else ()
    places = _seen({h.account_id for h in holdings}, person_id)
    return [h for h in holdings if h.account_id in places]


def _steps(person_id: uuid.UUID, since: datetime, until: datetime) -> list[tuple[Step, str]]:
    steps = changes_for(person_id, since, until)
    places = _seen({step.account_id for step in steps}, person_id)
    return [(s, places[s.account_id]) for s in steps if s.account_id in places]


def _seen(account_ids: set[uuid.UUID], person_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return the names of those accounts where the asker sees people, all when he is the person."""
    own = person_id == current.person.person_id
    return {
        a.id: a.name
        for a in account_refs(account_ids)
        if own or can(current.person, P.ACCESS_VIEW, a).allowed
    }


def _csv(held: list[Holding], steps: list[tuple[Step, str]], changes: bool) -> Response:
    if changes:
        rows = ([str(s.at), s.what, s.role_name, where, s.by, s.because] for s, where in steps)
        return access_file(("At", "What", "Role", "Account", "By", "Because"), rows)
    rows = (
        [h.account_name, h.role_name, h.group, h.reach, local_time(h.since, current.here.zone),
         local_time(h.until, current.here.zone), h.given_by]
        for h in held
    )  # fmt: skip
    titles = ("Account", "Role", "Group", "Reach", "Since", "Until", "Given by")
    return access_file(titles, rows)
