"""Another e-mail address: asking for it, confirming it at the new one, undoing it at the old."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from portal import mail, signing, throttling
from portal.errors import Conflict
from portal.forms.base import add_error
from portal.forms.me import ChangeEmailForm
from portal.guards import public, signed_in
from portal.headers import unreferred
from portal.identity import email_change, tokens
from portal.identity.passwords import TooBusy, verify
from portal.jobs.queue import wake_after_commit
from portal.requests import SAFE_METHODS, current
from tenants.db import db
from tenants.engines import reading
from tenants.people import Person, normal_email, person_by_email, person_by_id

bp = Blueprint("address", __name__)
UNDONE = (
    "Undone: your old address counts again, and every device is signed out. The password is void; "
    "a link to set a new one is on its way to you."
)
KEPT_NEW, KEPT_OLD = "email-new", "email-old"


@bp.route("/me/email", methods=["GET", "POST"])
@signed_in
@throttling.mails
@throttling.passwords(lambda: str(current.person.person_id))
def change() -> Any:
    """Ask for the password and the new address; the answer is the same when somebody has it."""
    form = ChangeEmailForm(request.form if request.method == "POST" else None)
    if request.method in SAFE_METHODS:
        return render_template("me/email.html", form=form)
    if form.validate():
        try:
            if _fits(form):
                return _ask(normal_email(form.email.data))
        except TooBusy as busy:
            form.form_errors.append(str(busy))
            return render_template("me/email.html", form=form), 503
    return render_template("me/email.html", form=form), 422


@bp.get("/email/confirm/<token>")
@public("The link in the mail to the new address.")
def open_confirm(token: str) -> Response:
    """Move the token from the address into the signed cookie; opening does not use it up."""
    cookie[KEPT_NEW] = token[: tokens.LONGEST]
    return unreferred(redirect(url_for("address.confirm"), 303))


@bp.route("/email/confirm", methods=["GET", "POST"])
@public("Whoever opened the link in the mail; the token in the cookie is asked for.")
def confirm() -> Any:
    """Change the address, once."""
    token = str(cookie.get(KEPT_NEW, ""))
    if request.method in SAFE_METHODS:
        found = email_change.confirmable(token)
        if found is None:
            return _stale()
        page = render_template("address/confirm.html", row=found[0])
        return unreferred(page)
    signing.enter_house()
    found = email_change.confirmable(token, lock=True)
    if found is None:
        return _stale()
    row, person = found
    mine = current.actor is not None and current.actor.person_id == person.id
    try:
        email_change.confirm(row, person, keep=current.login_session_id if mine else None)
    except email_change.AddressTaken:
        return _stale()
    mail.email_changed(person, row.old_email, row.new_email)
    wake_after_commit("deliver_mail")
    cookie.pop(KEPT_NEW, None)
    flash(f"Your e-mail address is {person.email} now. Sign in with it.", "good")
    return unreferred(redirect(url_for("me.show" if mine else "auth.sign_in"), 303))


@bp.get("/email/stop/<token>")
@public("The link in the mail to the old address.")
def open_stop(token: str) -> Response:
    """Move the token from the address into the signed cookie; opening does not use it up."""
    cookie[KEPT_OLD] = token[: tokens.LONGEST]
    return unreferred(redirect(url_for("address.stop"), 303))


@bp.route("/email/stop", methods=["GET", "POST"])
@public("Whoever opened the link in the mail; the token in the cookie is asked for.")
def stop() -> Any:
    """Stop the change, or undo it and have the person set a new password."""
    token = str(cookie.get(KEPT_OLD, ""))
    if request.method in SAFE_METHODS:
        found = email_change.stoppable(token)
        if found is None:
            return _stale()
        page = render_template("address/stop.html", row=found[0])
        return unreferred(page)
    signing.enter_house()
    found = email_change.stoppable(token, lock=True)
    if found is None:
        return _stale()
    row, person = found
    try:
        undone = email_change.stop(row, person)
    except email_change.AddressTaken as problem:
        raise Conflict(f"{problem} Ask the people who run your account.") from problem
    cookie.pop(KEPT_OLD, None)
    if undone:
        db.session.flush()
        mail.password_reset(person, tokens.issue(person, tokens.PASSWORD))
        wake_after_commit("deliver_mail")
        signing.sign_out()
        flash(UNDONE, "good")
    else:
        flash("Stopped: your e-mail address stays as it is. Change your password now.", "good")
    return unreferred(redirect(url_for("auth.sign_in"), 303))


def _fits(form: ChangeEmailForm) -> bool:
    """Tell whether the password is right and the address another; say at the form if not."""
    with reading():
        stored = _myself().password_hash
        db.session.rollback()
    if not verify(form.current.data, stored):
        add_error(form.current, "This is not your password.")
    elif normal_email(form.email.data) == current.person.label:
        add_error(form.email, "This is your address now. Give another.")
    return not form.errors


def _ask(email: str) -> Response:
    signing.enter_house()
    person = _myself()
    to_new, to_old = email_change.ask(person, email, by=current.person)
    if person_by_email(email) is None:
        mail.email_confirm(person, email, to_new)
    else:
        mail.email_taken(email)
    mail.email_stop(person, email, to_old)
    wake_after_commit("deliver_mail")
    flash(f"A link is on its way to {email}. Open it there; until then nothing changes.", "good")
    return redirect(url_for("me.show"), 303)


def _myself() -> Person:
    person_id = current.person.person_id
    return (person_by_id(person_id) if person_id else None) or abort(404)


def _stale() -> Response:
    return unreferred(render_template("address/stale.html"), 410)
