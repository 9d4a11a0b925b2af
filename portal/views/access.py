"""Why, why not, who, and since when: decisions that explain themselves."""

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from portal.access_files import access_file
from portal.forms.access import AccessForm
from portal.forms.finding import finding, narrow
from portal.forms.people_found import CHOOSE
from portal.guards import permission
from portal.proofs import linked
from portal.requests import current
from portal.views.support import notices, tells_of_support
from tenants.holdings import Held
from tenants.permissions import Permission as P
from tenants.questions import Answer, explain, holders, reached_by

bp = Blueprint("access", __name__, url_prefix="/a/<handle>/access")


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
@tells_of_support
def index() -> Any:
    looks = notices()
    form, moment = _asked()
    answer = _answer(form, moment)
    return render_template(
        "access/index.html", form=form, moment=moment, answer=answer,
        steps=linked(answer.decision, current.person) if answer else [],
        missing=_missing(form, answer),
        only_self=not current.can(P.ACCESS_VIEW).allowed, looks=looks,
    ), 422 if form.errors else 200  # fmt: skip


@bp.get("/matrix")
@permission(P.ACCESS_VIEW)
def matrix() -> Any:
    form, moment = _moment_asked()
    people = _by_person(holders(current.here, moment))
    if request.args.get("format") == "csv":
        return _csv(people)
    return render_template(
        "access/matrix.html", people=people, permissions=list(P), form=form, moment=moment
    ), 422 if form.at.errors else 200  # fmt: skip


def _asked() -> tuple[AccessForm, datetime | None]:
    """Return the question in the URL. People outside this account cannot be asked about."""
    form, moment = _moment_asked()
    narrow(form.person, _people(moment), CHOOSE)
    if not current.can(P.ACCESS_VIEW).allowed:
        form.person.data = str(current.person.person_id)
    if request.args and not finding():
        form.validate()
    return form, moment


def _moment_asked() -> tuple[AccessForm, datetime | None]:
    form = AccessForm(request.args)
    form.person.choices = []
    fine = form.at.validate(form)
    return form, form.moment(current.here.zone) if fine else None


def _people(moment: datetime | None) -> list[tuple[str, str]]:
    here = current.here
    if not current.can(P.ACCESS_VIEW).allowed:
        return [(str(current.person.person_id), f"{current.person.name} ({current.person.label})")]
    found = reached_by(here, moment) + (reached_by(here) if moment is not None else [])
    return list({str(each): f"{name} ({email})" for each, name, email in found}.items())


def _answer(form: AccessForm, moment: datetime | None) -> Answer | None:
    if form.errors or not form.person.data or "permission" not in request.args or finding():
        return None
    return explain(uuid.UUID(form.person.data), P(form.permission.data), current.here, moment)


def _missing(form: AccessForm, answer: Answer | None) -> str:
    asked = form.person.data and "permission" in request.args and not form.errors and not finding()
    if not asked or answer is not None:
        return ""
    return "This person could not sign in at that time, and so could do nothing."


def _by_person(rows: list[Held]) -> list[tuple[Held, dict[str, Held]]]:
    """Return each person once, with the grant that each of his permissions rests on."""
    people: dict[uuid.UUID, tuple[Held, dict[str, Held]]] = {}
    for row in rows:
        _, held = people.setdefault(row.person_id, (row, {}))
        for name in row.holding.permissions:
            held.setdefault(name, row)
    return list(people.values())


def _csv(people: list[tuple[Held, dict[str, Held]]]) -> Response:
    rows = (
        [who.name, who.email, *(held[p].holding.role_name if p in held else "" for p in P)]
        for who, held in people
    )
    return access_file(["Name", "E-mail", *P], rows)
