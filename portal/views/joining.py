"""Accepting an invitation: opening the link, as somebody known or as somebody new."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from portal import signing
from portal.errors import Conflict
from portal.forms.auth import AcceptForm, JoinForm
from portal.forms.base import add_error
from portal.guards import public
from portal.headers import unreferred
from portal.identity.credentials import new_hash
from portal.identity.passwords import BadPassword, TooBusy
from portal.requests import current
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor
from tenants.delegation import role_permissions
from tenants.directory import actor_for
from tenants.events import Event
from tenants.invitations import LONGEST, Invitation, Offer, hold, offer_behind
from tenants.inviting import InvitationRefused, accept
from tenants.people import Person
from tenants.permissions import Permission
from tenants.scope import acting_in, aside, tenant_scope


@dataclass(frozen=True)
class Refused:
    """An invitation that could not be accepted, as the trail names it once its row is let go."""

    id: uuid.UUID
    label: str


bp = Blueprint("joining", __name__, url_prefix="/invitation")
KEPT = "invitation"  # also in signing.KEPT_OVER_SIGN_IN


@bp.get("/<token>")
@public("The link in the mail.")
def open_link(token: str) -> Response:
    """Move the token from the address into the signed cookie; opening does not use it up."""
    cookie[KEPT] = token[:LONGEST]
    return unreferred(redirect(url_for("joining.answer"), 303))


@bp.route("/", methods=["GET", "POST"])
@public("Whoever opened the link in the mail; the token in the cookie is asked for.")
def answer() -> Any:
    """Show what is offered; accept it as the person it is for, or as somebody new."""
    token = str(cookie.get(KEPT, ""))
    offer = offer_behind(token)
    if offer is None:
        return _stale()
    stand = _stand(offer)
    form = JoinForm() if stand == "new" else AcceptForm()
    status = 200
    if request.method == "POST":
        status = 422
        if stand in {"sign-in", "other"}:
            status = 409
        elif form.validate():
            hashed = _hashed(form, offer) if isinstance(form, JoinForm) else ""
            if not form.errors:
                return _accept(token, offer, form, hashed)
    page = render_template("joining/answer.html", form=form, offer=offer, stand=stand)
    return unreferred(page, status)


def _stand(offer: Offer) -> str:
    """Say how who looks at the offer stands to whom it is for."""
    if current.actor is not None:
        return "mine" if current.actor.person_id == offer.person_id else "other"
    return "sign-in" if offer.person_id else "new"


def _hashed(form: JoinForm, offer: Offer) -> str:
    try:
        return new_hash(form.password.data or "", offer.email, form.name.data or "")
    except (BadPassword, TooBusy) as error:
        add_error(form.password, str(error))
    return ""


def _accept(token: str, offer: Offer, form: AcceptForm | JoinForm, hashed: str) -> Response:
    inviter = actor_for(offer.invited_by_id)
    current.stack.enter_context(acting_in(tenant_scope(offer.account.tenant_id)))
    row = hold(token, offer.account)
    if row is None:
        return _stale()
    try:
        by = _join(form, offer, hashed) if isinstance(form, JoinForm) else current.person
        accept(row, offer.account, by=by, inviter=inviter)
    except InvitationRefused as problem:
        _record_refusal(row, offer, str(problem))
        page = render_template("joining/refused.html", sentence=str(problem))
        return unreferred(page, 409)
    if isinstance(form, JoinForm):
        _sign_in(by, row)
    cookie.pop(KEPT, None)
    flash(f"You are {offer.role_name} at {offer.account.name} from now on.", "good")
    return unreferred(redirect(url_for("dashboard.show", handle=offer.account.handle), 303))


def _record_refusal(row: Invitation, offer: Offer, cause: str) -> None:
    """Record it at the account the invitation is from, in a transaction of its own."""
    by = current.actor or Actor(None, offer.email, offer.email)
    invitation = Refused(row.id, row.label)
    db.session.rollback()
    with aside(tenant_scope(offer.account.tenant_id)) as session:
        record(
            Event.INVITATION_REFUSED, invitation, by=by, session=session, outcome="refused",
            changes={}, account_id=offer.account.id, tenant_id=offer.account.tenant_id,
            role=offer.role_name, cause=cause,
        )  # fmt: skip


def _join(form: JoinForm, offer: Offer, hashed: str) -> Actor:
    person = Person(email=offer.email, name=form.name.data, password_hash=hashed)
    person.zone = offer.account.zone
    by = Actor(person.id, person.email, person.name)
    db.session.add(person)
    record(
        Event.PERSON_ADDED, person, by=by,
        account_id=offer.account.id, tenant_id=offer.account.tenant_id,
    )  # fmt: skip
    try:
        db.session.flush()
    except IntegrityError as problem:
        raise Conflict(
            "Somebody took this e-mail address into use just now. Open the link in the mail again."
        ) from problem
    return by


def _sign_in(by: Actor, row: Invitation) -> None:
    person = db.session.get(Person, by.person_id)
    if person is None:
        raise LookupError("The person who just joined is gone.")
    signing.sign_in(person, staff=Permission.CONSOLE_VIEW in role_permissions(row.role))
    record(Event.SESSION_STARTED, person, by=by, account_id=row.account_id, tenant_id=row.tenant_id)


def _stale() -> Response:
    return unreferred(render_template("joining/stale.html"), 410)
