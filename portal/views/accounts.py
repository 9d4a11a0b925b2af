"""The accounts below one: the tree, one of them, and opening another."""

import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import mail
from portal.content.sites import open_site
from portal.errors import record_refusal
from portal.forms.accounts import OpenForm, OpenMasterForm, OpenSecondaryForm
from portal.forms.base import add_error
from portal.guards import permission
from portal.identity import tokens
from portal.jobs.queue import wake_after_commit
from portal.once import once
from portal.requests import current
from portal.treework import tree_work
from tenants.accounts import AccountRef, ref
from tenants.audit import record
from tenants.branches import branches_below, child_of, places_of, states_of
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import CannotDelegate, give
from tenants.events import Event
from tenants.inviting import CannotInvite, invite
from tenants.opening import HandleTaken, open_account
from tenants.people import Person, normal_email, person_by_email, person_by_id
from tenants.permissions import Permission as P
from tenants.roles import built_in
from tenants.tree import CannotChange

bp = Blueprint("accounts", __name__, url_prefix="/a/<handle>/accounts")
PER_PAGE = 100


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> str:
    search, after = (
        request.args.get(name, "").replace("\x00", "")[:1000] for name in ("q", "after")
    )
    found, more = branches_below(current.here, search=search[:100], after=after, limit=PER_PAGE)
    return render_template(
        "accounts/index.html", branches=found, search=search[:100], after=after, more=more
    )


@bp.get("/<uuid:account_id>/")
@permission(P.ACCOUNT_VIEW)
def show(account_id: uuid.UUID) -> str:
    account = child(account_id)
    return render_template(
        "accounts/show.html", account=account, member=current.person.is_member(account),
        states=states_of(account), places=places_of(account),
    )  # fmt: skip


def child(account_id: uuid.UUID) -> AccountRef:
    """Return the account right below the one in the URL, or answer 404."""
    return child_of(current.here, account_id) or abort(404)


@bp.route("/new", methods=["GET", "POST"])
@permission(P.ACCOUNT_OPEN)
@once
def new() -> Any:
    here = current.here
    form = (OpenMasterForm if here.kind == "house" else OpenSecondaryForm)(zone=here.zone)
    if form.validate_on_submit():
        account = _open(form)
        if account is not None:
            flash(f"{account.name} is open.", "good")
            return _to(account)
    return render_template("accounts/new.html", form=form), 422 if form.is_submitted() else 200


def _to(account: AccountRef) -> Response:
    here = current.here
    return redirect(url_for("accounts.show", handle=here.handle, account_id=account.id))


def _open(form: OpenForm) -> AccountRef | None:
    """Open the account with its first admin, or show at its field why that cannot be."""
    try:
        with tree_work():
            if isinstance(form, OpenMasterForm):
                return _open_master(form)
            return _open_secondary(form)
    except (HandleTaken, CannotChange) as problem:
        add_error(form.handle, str(problem))
    except CannotDelegate as problem:
        add_error(form["first"], str(problem))
    except Denied as denied:
        if denied.decision.account.id == current.here.id:
            raise
        record_refusal(replace(denied.decision, account=current.here))
        add_error(form["first"], str(denied))
    except (CannotInvite, _NoPerson) as problem:
        add_error(form["email" if isinstance(problem, CannotInvite) else "person"], str(problem))
    return None


class _NoPerson(ValueError):
    """Nobody has the e-mail address, and no name was given for somebody new."""


def _open_master(form: OpenMasterForm) -> AccountRef:
    admin = person_by_email(form.email.data)
    if admin is None and not (form.person.data or "").strip():
        raise _NoPerson("Nobody has this e-mail address yet: give a name for the new person.")
    if admin is not None and not admin.active:
        raise CannotInvite(f"{admin.name} may not sign in. Name somebody else.")
    newcomer = admin is None
    if admin is None:
        admin = Person(email=normal_email(form.email.data), name=form.person.data.strip())
        admin.zone = form.zone.data
        db.session.add(admin)
        db.session.flush()
    account = _opened(form, admin)
    if newcomer:
        record(
            Event.PERSON_ADDED, admin, by=current.person,
            account_id=account.id, tenant_id=account.tenant_id,
        )  # fmt: skip
        mail.password_reset(admin, tokens.issue(admin, tokens.PASSWORD))
        wake_after_commit("deliver_mail")
    return account


def _open_secondary(form: OpenForm) -> AccountRef:
    if form["first"].data == "invite" and not form["email"].data:
        raise CannotInvite("Give the e-mail address of whom you invite.")
    account, by, role = _opened(form, None), current.person, built_in("account-admin")
    if form["first"].data == "me":
        person = person_by_id(by.person_id) if by.person_id else None
        give(person or abort(404), role, account, by=by, because="First account admin.")
    if form["first"].data == "invite":
        row, token = invite(
            form["email"].data, role, account, by=by, because="First account admin."
        )
        mail.invitation(row, account, token, by=by)
        wake_after_commit("deliver_mail")
    return account


def _opened(form: OpenForm, admin: Person | None) -> AccountRef:
    here, by, name = current.here, current.person, (form.name.data or "").strip()
    row = open_account(here, form.handle.data or "", name, by=by, admin=admin, zone=form.zone.data)
    open_site(ref(row), name, by=by)
    return ref(row)
