"""A new password by mail: asking for the link, opening it, setting the password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from portal import mail, signing, throttling
from portal.forms.auth import AskResetForm, NewPasswordForm
from portal.forms.base import add_error
from portal.guards import public
from portal.headers import unreferred
from portal.identity import tokens
from portal.identity.credentials import new_hash, replace_password
from portal.identity.passwords import BadPassword, TooBusy
from portal.identity.trail import SOMEBODY, SignIn, note
from portal.jobs.queue import wake_after_commit
from portal.requests import SAFE_METHODS
from tenants.db import db
from tenants.decisions import Actor
from tenants.engines import reading
from tenants.events import Event
from tenants.people import person_by_email

bp = Blueprint("reset", __name__, url_prefix="/sign-in")
KEPT = "reset"
HOW = "with a link sent by mail"


@bp.route("/reset", methods=["GET", "POST"])
@public("Whoever forgot the password cannot sign in.")
@throttling.mails
def ask() -> Any:
    """Send the link to whoever has the e-mail; the answer is the same when nobody has it."""
    form = AskResetForm(request.form if request.method == "POST" else None)
    if request.method in SAFE_METHODS:
        return render_template("auth/ask_reset.html", form=form)
    if not form.validate():
        return render_template("auth/ask_reset.html", form=form), 422
    signing.enter_house()
    person = person_by_email(form.email.data)
    if person is not None and person.active:
        mail.password_reset(person, tokens.issue(person, tokens.PASSWORD))
    target = SignIn(throttling.asked_email(), person.id if person else None)
    note(Event.PASSWORD_RESET_ASKED, target, by=SOMEBODY)
    wake_after_commit("deliver_mail")
    return redirect(url_for("reset.asked"), 303)


@bp.get("/reset/asked")
@public("It says only that a mail may be on its way.")
def asked() -> str:
    """Say what happens now."""
    return render_template("auth/reset_asked.html", minutes=tokens.LIFE.total_seconds() // 60)


@bp.get("/reset/<token>")
@public("The link in the mail.")
def open_link(token: str) -> Response:
    """Move the token from the address into the signed cookie, and go on without it.

    Opening does not use the token up: programs that check mail open links too.
    """
    cookie[KEPT] = token[: tokens.LONGEST]
    return unreferred(redirect(url_for("reset.new_password"), 303))


@bp.route("/new-password", methods=["GET", "POST"])
@public("Whoever opened the link in the mail; the token in the cookie is asked for.")
def new_password() -> Any:
    """Set the password of whoever the token was sent to, once."""
    token = str(cookie.get(KEPT, ""))
    form = NewPasswordForm(request.form if request.method == "POST" else None)
    holder = _holder(token)
    if holder is None:
        return unreferred(render_template("auth/reset_stale.html"), 410)
    status = 200
    if request.method == "POST":
        status = 422
        hashed = _hashed(form, holder) if form.validate() else ""
        if hashed:
            return _set(token, hashed)
    return unreferred(render_template("auth/new_password.html", form=form, holder=holder), status)


def _holder(token: str) -> Actor | None:
    with reading():
        person = tokens.holder(token, tokens.PASSWORD)
        actor = Actor(person.id, person.email, person.name) if person else None
        db.session.rollback()
    return actor


def _hashed(form: NewPasswordForm, holder: Actor) -> str:
    try:
        return new_hash(form.password.data, holder.label, holder.name)
    except (BadPassword, TooBusy) as error:
        add_error(form.password, str(error))
    return ""


def _set(token: str, hashed: str) -> Response:
    signing.enter_house()
    person = tokens.redeem(token, tokens.PASSWORD)
    if person is None:
        return unreferred(render_template("auth/reset_stale.html"), 410)
    actor = Actor(person.id, person.email, person.name)
    replace_password(person, hashed, by=actor, how=HOW)
    mail.password_changed(person, HOW)
    wake_after_commit("deliver_mail")
    signing.sign_out()
    flash("Your new password is set. Sign in with it.", "good")
    return unreferred(redirect(url_for("auth.sign_in"), 303))
