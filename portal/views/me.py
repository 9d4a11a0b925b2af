"""What people see and change of themselves: name, zone, password, signed-in devices."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import mail, signing, throttling
from portal.forms.base import add_error
from portal.forms.me import ChangePasswordForm, ProfileForm
from portal.guards import signed_in
from portal.identity import sessions
from portal.identity.credentials import end_devices, new_hash, replace_password
from portal.identity.passwords import BadPassword, TooBusy, verify
from portal.identity.trail import note
from portal.identity.user_agents import browser_name
from portal.jobs.queue import wake_after_commit
from portal.requests import SAFE_METHODS, current
from tenants.access_requests import OwnRequest, requests_of
from tenants.db import db
from tenants.engines import reading
from tenants.events import Event
from tenants.people import Person, person_by_id

bp = Blueprint("me", __name__, url_prefix="/me")
HOW = "with the old one"


@bp.route("/", methods=["GET", "POST"])
@signed_in
def show() -> Any:
    """Show one's settings and devices; save name and zone."""
    form = ProfileForm(
        request.form if request.method == "POST" else None,
        name=current.person.name, zone=current.person.zone, notices=_notices(),
    )  # fmt: skip
    if request.method == "POST" and form.validate():
        signing.enter_house()
        person = _myself()
        person.name, person.zone = form.name.data, form.zone.data
        person.notices = form.notices.data
        if db.session.is_modified(person):
            note(Event.PERSON_CHANGED, person, by=current.person)
        flash("Saved.", "good")
        return redirect(url_for("me.show"), 303)
    status = 422 if form.errors else 200
    return render_template(
        "me/show.html",
        form=form,
        devices=_devices(),
        requests=_requests(),
        memberships=current.person.holdings,
    ), status


@bp.route("/password", methods=["GET", "POST"])
@signed_in
@throttling.passwords(lambda: str(current.person.person_id))
def password() -> Any:
    """Ask for the old password and set a new one; all other devices are signed out."""
    form = ChangePasswordForm(request.form if request.method == "POST" else None)
    if request.method in SAFE_METHODS:
        return render_template("me/password.html", form=form)
    if form.validate():
        try:
            hashed = _new_hash(form)
        except TooBusy as busy:
            form.form_errors.append(str(busy))
            return render_template("me/password.html", form=form), 503
        if hashed:
            return _change_password(hashed)
    return render_template("me/password.html", form=form), 422


@bp.post("/devices/<uuid:session_id>/end")
@signed_in
def end_device(session_id: uuid.UUID) -> Response:
    """Sign one of one's devices out."""
    signing.enter_house()
    person = _myself()
    row = sessions.live_session(session_id, person.id) or abort(404)
    sessions.end_session(row)
    how = "from the list of devices"
    note(Event.SESSION_ENDED, person, by=current.person, devices="1 device", how=how)
    if row.id == current.login_session_id:
        return _out()
    flash("That device is signed out.", "good")
    return redirect(url_for("me.show"), 303)


@bp.post("/devices/end")
@signed_in
def end_everywhere() -> Response:
    """Sign out all of one's devices, this one too."""
    signing.enter_house()
    end_devices(_myself(), by=current.person, how="everywhere")
    return _out()


def _myself() -> Person:
    person_id = current.person.person_id
    person = person_by_id(person_id) if person_id else None
    return person or abort(404)


def _notices() -> str:
    """Return how mail comes, as it is stored; a form sent back without it changes nothing."""
    with reading():
        chosen = _myself().notices
        db.session.rollback()
    return chosen


def _requests() -> list[OwnRequest]:
    person_id = current.person.person_id or abort(404)
    return requests_of(person_id)


def _devices() -> list[dict[str, Any]]:
    person_id = current.person.person_id or abort(404)
    with reading():
        rows = sessions.live_sessions(person_id, signing.Limits.people, signing.Limits.staff)
        db.session.close()
    return [
        {
            "id": row.id, "name": browser_name(row.device), "address": row.address,
            "created_at": row.created_at, "seen_at": row.seen_at,
            "here": row.id == current.login_session_id,
        }
        for row in rows
    ]  # fmt: skip


def _new_hash(form: ChangePasswordForm) -> str:
    """Return the hash of the new password, or nothing with the form saying why not."""
    with reading():
        stored = _myself().password_hash
        db.session.rollback()
    if not verify(form.current.data, stored):
        add_error(form.current, "This is not your password.")
    elif form.current.data == form.password.data:
        add_error(form.password, "This is the password you have now. Choose another.")
    else:
        try:
            return new_hash(form.password.data, current.person.label, current.person.name)
        except BadPassword as error:
            add_error(form.password, str(error))
    return ""


def _change_password(hashed: str) -> Response:
    signing.enter_house()
    person = _myself()
    others = replace_password(person, hashed, by=current.person, how=HOW) - 1
    signing.sign_in(person, staff=current.person.is_staff)
    mail.password_changed(person, HOW)
    wake_after_commit("deliver_mail")
    ended = {0: "", 1: " Your other device was signed out."}.get(
        others, f" Your {others} other devices were signed out."
    )
    flash(f"Your password is changed.{ended}", "good")
    return redirect(url_for("me.show"), 303)


def _out() -> Response:
    signing.sign_out()
    flash("You are signed out.", "info")
    return redirect(url_for("auth.sign_in"), 303)
