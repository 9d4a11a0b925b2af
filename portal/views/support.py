"""Support sessions, seen from both sides: staff open and ask, the account's admins agree or end."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from wtforms import Field

from portal import mail
from portal.content.history import events_during
from portal.forms.base import PortalForm, add_error
from portal.forms.support import GlassForm, OpenForm, ReportForm
from portal.guards import View, permission
from portal.jobs.queue import wake_after_commit
from portal.once import once
from portal.requests import TELLS_OF_SUPPORT, current
from tenants.decisions import Decision, can
from tenants.looks import Look, last_look, looks_at
from tenants.permissions import Permission as P
from tenants.questions import holders
from tenants.support import SupportSession, session_by_id, sessions_at
from tenants.supporting import (
    CannotSupport,
    ask_to_write,
    break_glass,
    consent,
    end_session,
    open_session,
    write_report,
)  # fmt: skip

bp = Blueprint("support", __name__, url_prefix="/a/<handle>/support")
SEES = (P.SUPPORT_CONSENT, P.SUPPORT_OPEN, P.TRAIL_VIEW)


def tells_of_support(view: View) -> View:
    """Have a view's `notices` asked for with who somebody is: a transaction less."""
    setattr(view, TELLS_OF_SUPPORT, True)
    return view


def notices() -> list[tuple[Look, Decision]]:
    """Return who of the staff looks here, each with whether one may end it or agree.

    Only for those who could. Where the view does not say that it `tells_of_support`, to be asked
    before anything else is read.
    """
    if not current.can(P.SUPPORT_CONSENT).allowed:
        return []
    here = looks_at(current.here) if current.looks is None else current.looks
    return [(look, can(current.person, P.SUPPORT_CONSENT, look.account)) for look in here]


@bp.get("/")
@permission(*SEES)
def index() -> str:
    above = [look for look in looks_at(current.here) if look.account.id != current.here.id]
    return render_template("support/index.html", rows=sessions_at(current.here), above=above)


@bp.route("/open", methods=["GET", "POST"])
@permission(P.SUPPORT_OPEN)
@once
def open_one() -> Any:
    last = last_look(_me())
    form = OpenForm()
    if form.validate_on_submit():
        try:
            row = open_session(
                current.here, last, by=current.person, reason=form.reason.data or "",
                ticket=form.ticket.data or "",
            )  # fmt: skip
        except CannotSupport as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"You can look into {current.here.name} now. Its admins see that you do.", "good")
            return redirect(_address(row))
    status = 422 if form.is_submitted() else 200
    return render_template("support/open.html", form=form, last=last), status


@bp.get("/<uuid:session_id>/")
@permission(*SEES)
def show(session_id: uuid.UUID) -> str:
    row = _session(session_id, lock=False)
    events = events_during(
        row, current.here, request.args.get("before"), content=current.can(P.PAGE_VIEW).allowed
    )
    mine = row.person_id == current.person.person_id
    return render_template("support/show.html", row=row, found=events, mine=mine)


@bp.post("/<uuid:session_id>/end")
@permission(P.SUPPORT_OPEN, P.SUPPORT_CONSENT)
def end(session_id: uuid.UUID) -> Any:
    return _act(
        session_id, lambda row: end_session(row, current.here, by=current.person),
        "The support session is over.",
    )  # fmt: skip


@bp.post("/<uuid:session_id>/ask")
@permission(P.SUPPORT_OPEN)
def ask(session_id: uuid.UUID) -> Any:
    people = holders(current.here)

    def asked(row: SupportSession) -> None:
        ask_to_write(row, by=current.person)
        mail.support_asks(row, current.here, people)
        wake_after_commit("deliver_mail")

    return _act(session_id, asked, "The account's admins have been asked, here and by mail.")


@bp.post("/<uuid:session_id>/consent")
@permission(P.SUPPORT_CONSENT)
def agree(session_id: uuid.UUID) -> Any:
    return _act(
        session_id, lambda row: consent(row, current.here, by=current.person),
        "Support may change content until the session is over. You can end it at any moment.",
    )  # fmt: skip


@bp.route("/<uuid:session_id>/break-glass", methods=["GET", "POST"])
@permission(P.SUPPORT_BREAK_GLASS)
def glass(session_id: uuid.UUID) -> Any:
    people = holders(current.here) if request.method == "POST" else []
    form = GlassForm()

    def broken(row: SupportSession) -> None:
        break_glass(
            row, current.here, by=current.person, reason=form.reason.data or "",
            handle=form.typed.data or "",
        )  # fmt: skip
        mail.support_alarm(row, current.here, people)
        wake_after_commit("deliver_mail")

    told = "The glass is broken. The account's admins and all owners know; a report is due."
    return _form(session_id, "support/glass.html", form, form.typed, broken, told)


@bp.route("/<uuid:session_id>/report", methods=["GET", "POST"])
@permission(P.SUPPORT_OPEN)
@once
def report(session_id: uuid.UUID) -> Any:
    form = ReportForm()
    return _form(
        session_id, "support/report.html", form, form.text,
        lambda row: write_report(row, by=current.person, text=form.text.data or ""),
        "The report stands; the account's admins and all owners can read it.",
    )  # fmt: skip


def _me() -> uuid.UUID:
    return current.person.person_id or abort(404)


def _session(session_id: uuid.UUID, *, lock: bool) -> SupportSession:
    return session_by_id(session_id, current.here, lock=lock) or abort(404)


def _address(row: SupportSession) -> str:
    return url_for("support.show", handle=current.here.handle, session_id=row.id)


def _act(session_id: uuid.UUID, act: Callable[[SupportSession], None], told: str) -> Any:
    row = _session(session_id, lock=True)
    try:
        act(row)
    except CannotSupport as problem:
        flash(str(problem), "warn")
    else:
        flash(told, "good")
    return redirect(_address(row))


def _form(
    session_id: uuid.UUID, template: str, form: PortalForm, field: Field,
    act: Callable[[SupportSession], None], told: str,
) -> Any:  # fmt: skip
    row = _session(session_id, lock=request.method == "POST")
    if form.validate_on_submit():
        try:
            act(row)
        except CannotSupport as problem:
            add_error(field, str(problem))
        else:
            flash(told, "good")
            return redirect(_address(row))
    return render_template(template, form=form, row=row), 422 if form.is_submitted() else 200
