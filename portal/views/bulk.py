"""The same act for many people at once, and taking a list of people in."""

from typing import Any

from flask import Blueprint, render_template, request

from portal import mail, throttling
from portal.forms.base import add_error, choices
from portal.forms.bulk import EndManyForm, GiveManyForm, RosterForm
from portal.forms.finding import narrow
from portal.forms.people_found import offer_people
from portal.guards import permission
from portal.jobs.queue import wake_after_commit
from portal.requests import current
from tenants.bulk import end_many, give_many
from tenants.clock import now
from tenants.enrolling import enrol, try_out
from tenants.grants import grants_at
from tenants.invitations import Invitation
from tenants.offers import givable_roles
from tenants.permissions import Permission as P
from tenants.roster import BadRoster, Line, decode, read

bp = Blueprint("bulk", __name__, url_prefix="/a/<handle>/people/many")


@bp.route("/give", methods=["GET", "POST"])
@permission(P.GRANT_GIVE)
def give() -> Any:
    """Give one role to several people; say what became of each."""
    form = GiveManyForm()
    if request.method == "GET":
        chosen = set(request.args.getlist("grant"))
        grants = grants_at((current.here.id,), now())
        form.people.data = [str(g.person_id) for g in grants if str(g.id) in chosen]
    people = offer_people(form.people, current.here, current.person, first=())
    roles = {str(r.id): r for r, no in givable_roles(current.here, current.person) if no is None}
    form.role.choices = choices((key, f"{r.name}: {r.sentence}") for key, r in roles.items())
    if form.validate_on_submit():
        outcomes = give_many(
            [people[key] for key in dict.fromkeys(form.people.data)], roles[form.role.data],
            current.here, by=current.person, reach=form.reach.data,
            until=form.until_instant(current.here.zone), because=form.because.data or "",
        )  # fmt: skip
        return render_template("bulk/outcomes.html", outcomes=outcomes)
    status = 422 if form.is_submitted() else 200
    return render_template("bulk/give.html", form=form), status


@bp.route("/end", methods=["GET", "POST"])
@permission(P.GRANT_END)
def end() -> Any:
    """End several grants; say what became of each."""
    form = EndManyForm()
    grants = {str(g.id): g for g in grants_at((current.here.id,), now())}
    if request.method == "GET":
        form.grants.data = request.args.getlist("grant")
    narrow(form.grants, [(key, f"{g.bearer.name}, {g.role.name}") for key, g in grants.items()])
    if form.validate_on_submit():
        chosen = [grants[key] for key in dict.fromkeys(form.grants.data)]
        reason = form.reason.data or ""
        outcomes = end_many(chosen, current.here, by=current.person, reason=reason)
        return render_template("bulk/outcomes.html", outcomes=outcomes)
    status = 422 if form.is_submitted() else 200
    return render_template("bulk/end.html", form=form), status


@bp.route("/import", methods=["GET", "POST"])
@permission(P.GRANT_GIVE)
@throttling.lists
def take_in() -> Any:
    """Try a list of people out, then take it in; say what would become, or became, of each."""
    form = RosterForm()
    if not form.is_submitted():
        return render_template("bulk/import.html", form=form, lines=None)
    lines = _lines(form) if form.validate() else None
    if not lines:
        return render_template("bulk/import.html", form=form, lines=None), 422
    real = request.form.get("act") == "run"
    if real:
        enrolled = enrol(lines, current.here, by=current.person, send=_send)
        wake_after_commit("deliver_mail")
    else:
        enrolled = try_out(lines, current.here, by=current.person)
    return render_template("bulk/import.html", form=form, lines=enrolled, real=real)


def _lines(form: RosterForm) -> list[Line]:
    """Return the lines of the file, or of the text that was tried out; else say what is wrong."""
    try:
        if form.file.data:
            form.text.data = decode(form.file.data.read(512 * 1024))
        if not form.text.data:
            add_error(form.file, "Choose a CSV file.")
            return []
        return read(form.text.data, current.here.zone)
    except BadRoster as problem:
        add_error(form.file, str(problem))
        return []


def _send(row: Invitation, token: str) -> None:
    mail.invitation(row, current.here, token, by=current.person)
