"""Coming in and going out: the sign-in page, signing out."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_limiter import RequestLimit
from werkzeug.wrappers import Response

from portal import signing, throttling
from portal.forms.auth import SignInForm
from portal.guards import public, safe_next
from portal.identity import sessions
from portal.identity.passwords import TooBusy, verify
from portal.identity.trail import SOMEBODY, SignIn, note
from portal.requests import SAFE_METHODS, current
from tenants import directory
from tenants.db import db
from tenants.decisions import Actor
from tenants.engines import reading
from tenants.event_types import EventType
from tenants.events import Event
from tenants.people import Person, person_by_email, person_by_id
from tenants.scope import aside, tenant_scope

bp = Blueprint("auth", __name__)
BUSY_SECONDS = 30
WRONG = (
    "This e-mail address and password do not belong together. "
    "Check both, or set a new password below."
)


@dataclass(frozen=True)
class Candidate:
    """What is known of the e-mail somebody signs in with; outlives its transaction."""

    id: uuid.UUID | None = None
    password_hash: str | None = None


def report_throttling(breach: RequestLimit) -> None:
    """Put one event into the trail when a limit is exceeded, not one for each further try."""
    if throttling.is_first_report(breach):
        email = throttling.asked_email()
        _record_failure(Event.SIGN_IN_THROTTLED, email, _candidate(email).id)


@bp.route("/sign-in", methods=["GET", "POST"])
@public("This is where one comes in.")
@throttling.sign_ins(report_throttling)
def sign_in() -> Any:
    """Show the form; let in whoever gives an e-mail and its password."""
    target = safe_next(request.args.get("next")) or "/"
    if request.method in SAFE_METHODS:
        if current.actor is not None:
            return redirect(target)
        return render_template("auth/sign_in.html", form=SignInForm(None))
    form = SignInForm(request.form)
    if not form.validate():
        return render_template("auth/sign_in.html", form=form), 422
    candidate = _candidate(form.email.data)
    try:
        fits = verify(form.password.data, candidate.password_hash)
    except TooBusy as busy:
        form.form_errors.append(str(busy))
        page = render_template("auth/sign_in.html", form=form)
        return page, 503, {"Retry-After": str(BUSY_SECONDS)}
    actor = directory.actor_for(candidate.id) if fits and candidate.id else None
    if actor is not None and _let_in(actor):
        return redirect(target, 303)
    _record_failure(Event.SIGN_IN_FAILED, throttling.asked_email(), candidate.id)
    form.form_errors.append(WRONG)
    return render_template("auth/sign_in.html", form=form), 422


@bp.get("/sign-in/busy")
@public("What those are told who cannot be asked who they are.")
def busy() -> Any:
    """Say that too many sign in at once; `sign_in_crowds` asks for it and gives it to many."""
    page = render_template("auth/busy.html")
    return page, 503, {"Retry-After": str(BUSY_SECONDS), "Cache-Control": "no-store"}


@bp.post("/sign-out")
@public("Whoever is signed out already may still press the button.")
def sign_out() -> Response:
    """Sign this device out."""
    if current.actor is not None:
        signing.enter_house()
        _end_this_device(current.actor, how="by the button")
    signing.sign_out()
    flash("You are signed out.", "info")
    return redirect(url_for("auth.sign_in"), 303)


def _candidate(email: str) -> Candidate:
    """Look the e-mail up. Whoever may not sign in has no hash, so that nothing fits."""
    with reading():
        person = person_by_email(email)
        found = Candidate()
        if person is not None:
            found = Candidate(person.id, person.password_hash if person.active else None)
        db.session.rollback()
    return found


def _let_in(actor: Actor) -> bool:
    signing.enter_house()
    person = _active_person(actor.person_id)
    if person is None:
        return False
    _end_this_device(current.actor or actor, how="by signing in again")
    signing.sign_in(person, staff=actor.is_staff)
    note(Event.SESSION_STARTED, person, by=actor)
    return True


def _active_person(person_id: uuid.UUID | None) -> Person | None:
    person = person_by_id(person_id) if person_id else None
    return person if person is not None and person.active else None


def _end_this_device(actor: Actor, how: str) -> None:
    if actor.person_id is None or current.login_session_id is None:
        return
    row = sessions.live_session(current.login_session_id, actor.person_id)
    if row is not None:
        sessions.end_session(row)
        target = SignIn(actor.label, actor.person_id)
        note(Event.SESSION_ENDED, target, by=actor, devices="1 device", how=how)


def _record_failure(kind: EventType, email: str, person_id: uuid.UUID | None) -> None:
    """Record a failed try in a small transaction of its own: the request itself keeps nothing."""
    db.session.rollback()
    house = directory.house()
    scope = tenant_scope(house.id) if house else None
    with aside(scope) as session:
        note(kind, SignIn(email, person_id), by=SOMEBODY, session=session, email=email)
