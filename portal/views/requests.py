"""What people asked for, and the answers of those who can give it."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal import mail
from portal.forms.asking import AnswerForm
from portal.forms.base import add_error, choices
from portal.guards import permission
from portal.jobs.queue import wake_after_commit
from portal.requests import current
from portal.times import zone
from tenants.access_requests import AccessRequest, request_by_id
from tenants.asking import (
    CannotAnswer,
    grant_request,
    refuse_request,
    requests_for,
    roles_for,
)
from tenants.delegation import CannotDelegate
from tenants.permissions import Permission as P
from tenants.roles import Role

bp = Blueprint("requests", __name__, url_prefix="/a/<handle>/requests")


@bp.get("/")
@permission(P.GRANT_GIVE)
def index() -> str:
    return render_template(
        "requests/index.html", requests=requests_for(current.person, current.here)
    )


@bp.route("/<uuid:request_id>", methods=["GET", "POST"])
@permission(P.GRANT_GIVE)
def answer(request_id: uuid.UUID) -> Any:
    """Grant or refuse; 404 for whoever could not grant it."""
    row = request_by_id(request_id, current.here) or abort(404)
    roles = roles_for(row, current.here, current.person) or abort(404)
    if row.kind == "join" and row.wanted != current.here.handle:
        abort(404)
    until = row.until and row.until.astimezone(zone(current.here.zone))
    form = AnswerForm(until=until, reach="account")
    form.role.choices = choices((str(r.id), f"{r.name}: {r.sentence}") for r in roles)
    form.role.data = form.role.data or str(roles[0].id)
    if row.answered_at is None and form.validate_on_submit():
        locked = request_by_id(request_id, current.here, lock=True) or abort(404)
        if _answered(form, locked, roles):
            mail.request_answered(locked, current.here)
            wake_after_commit("deliver_mail")
            return redirect(url_for("requests.index", handle=current.here.handle))
    status = 422 if form.errors else 409 if form.is_submitted() else 200
    return render_template("requests/answer.html", form=form, asked=row), status


def _answered(form: AnswerForm, row: AccessRequest, roles: list[Role]) -> bool:
    """Give the answer and say so, or show at its field why that cannot be."""
    reason = form.because.data or ""
    try:
        if form.answer.data == "refuse":
            refuse_request(row, current.here, by=current.person, reason=reason)
            flash(f"Refused. {row.person.name} is told why.", "good")
            return True
        role = next(r for r in roles if str(r.id) == form.role.data)
        grant_request(
            row, role, current.here, by=current.person, reach=form.reach.data,
            until=form.until_instant(current.here.zone), because=reason,
        )  # fmt: skip
    except CannotAnswer as problem:
        add_error(form.because if form.answer.data == "refuse" else form.role, str(problem))
    except CannotDelegate as problem:
        add_error(form[problem.about], str(problem))
    else:
        flash(f"{row.person.name} is {role.name} here from now on, and is told.", "good")
        return True
    return False
