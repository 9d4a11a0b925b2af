"""Who holds which role here, and by whose word."""

import uuid
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from portal import mail, throttling
from portal.errors import record_refusal
from portal.forms.base import add_error, choices
from portal.forms.pages import ReasonForm
from portal.forms.people import GrantForm, InviteForm, RoleForm
from portal.forms.people_found import offer_people
from portal.guards import permission
from portal.jobs.queue import wake_after_commit
from portal.once import once
from portal.requests import current
from portal.views.support import notices, tells_of_support
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Decision, Denied
from tenants.delegation import CannotDelegate, give
from tenants.ending import end
from tenants.grants import grants_at
from tenants.groups import Group, group_by_id, groups_at
from tenants.invitations import Invitation, invitation_by_id, open_invitations
from tenants.inviting import CannotInvite, invite, resend, revoke
from tenants.notices import AHEAD
from tenants.offers import givable_roles, grant_by_id
from tenants.people import Person, person_by_id
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached
from tenants.roles import Role, role_by_id

bp = Blueprint("people", __name__, url_prefix="/a/<handle>/people")


@bp.get("/")
@permission(P.ACCESS_VIEW)
@tells_of_support
def index() -> str:
    looks = notices()
    grants = grants_at(current.here.path, now())
    may_give = current.can(P.GRANT_GIVE)
    return render_template(
        "people/index.html", here=current.here, may_give=may_give, looks=looks, soon=now() + AHEAD,
        invitations=open_invitations(current.here) if may_give.allowed else [],
        own=[g for g in grants if g.account_id == current.here.id],
        inherited=[
            g for g in grants if g.account_id != current.here.id and g.reach == "subtree"
        ],
    )  # fmt: skip


@bp.route("/give", methods=["GET", "POST"])
@permission(P.GRANT_GIVE)
@once
def give_role() -> Any:
    asked = request.args
    form = GrantForm(person=asked.get("person", ""), role=asked.get("role", ""))
    _offer_people(form)
    roles = givable_roles(current.here, current.person)
    form.role.choices = _role_choices(role for role, _ in roles)
    if form.validate_on_submit() and _given(form):
        return redirect(url_for("people.index", handle=current.here.handle))
    form.role.choices = _role_choices(role for role, no in roles if no is None)
    refused = [(role.name, no) for role, no in roles if no is not None]
    status = 422 if form.is_submitted() else 200
    return render_template("people/give.html", form=form, refused=refused), status


@bp.route("/invite", methods=["GET", "POST"])
@permission(P.GRANT_GIVE)
@once
@throttling.mails
def invite_person() -> Any:
    form = InviteForm()
    refused = _offer_roles(form)
    if form.validate_on_submit():
        role = role_by_id(uuid.UUID(form.role.data))
        if role is None:
            abort(404)
        try:
            row, token = invite(
                form.email.data, role, current.here, by=current.person, reach=form.reach.data,
                until=form.until_instant(current.here.zone), because=form.because.data or "",
            )  # fmt: skip
        except CannotInvite as problem:
            add_error(form.email, str(problem))
        except CannotDelegate as problem:
            add_error(form[problem.about], str(problem))
        else:
            return _send(row, token, f"An invitation is on its way to {row.email}.")
    status = 422 if form.is_submitted() else 200
    return render_template("people/invite.html", form=form, refused=refused), status


@bp.post("/invitations/<uuid:invitation_id>/resend")
@permission(P.GRANT_GIVE)
@once
def resend_invitation(invitation_id: uuid.UUID) -> Any:
    row = _invitation(invitation_id)
    try:
        token = resend(row, current.here, by=current.person)
    except (CannotInvite, CannotDelegate) as problem:
        flash(str(problem), "warn")
        return redirect(url_for("people.index", handle=current.here.handle))
    return _send(row, token, f"A new link is on its way to {row.email}; the old one is dead.")


@bp.post("/invitations/<uuid:invitation_id>/revoke")
@permission(P.GRANT_GIVE)
def revoke_invitation(invitation_id: uuid.UUID) -> Any:
    row = _invitation(invitation_id)
    try:
        revoke(row, current.here, by=current.person)
    except (CannotInvite, CannotDelegate) as problem:
        flash(str(problem), "warn")
    else:
        flash(f"The invitation of {row.email} is revoked; its link is dead.", "good")
    return redirect(url_for("people.index", handle=current.here.handle))


@bp.route("/grants/<uuid:grant_id>/end", methods=["GET", "POST"])
@permission(P.GRANT_END)
def end_grant(grant_id: uuid.UUID) -> Any:
    grant = grant_by_id(grant_id)
    if grant is None or grant.account_id != current.here.id:
        abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            end(grant, current.here, by=current.person, reason=form.reason.data or "")
        except CannotDelegate as problem:
            add_error(form.reason, str(problem))
        else:
            flash(f"{grant.bearer.name} is no longer {grant.role.name} here.", "good")
            return redirect(url_for("people.index", handle=current.here.handle))
    status = 422 if form.is_submitted() else 200
    return render_template("people/end.html", form=form, grant=grant), status


def _offer_roles(form: RoleForm) -> list[tuple[Role, Decision]]:
    """Put the roles that may be given here into the form; return the others with their refusal."""
    roles = givable_roles(current.here, current.person)
    givable = [(str(r.id), f"{r.name}: {r.sentence}") for r, no in roles if no is None]
    form.role.choices = choices(givable)
    return [(role, no) for role, no in roles if no is not None]


def _invitation(invitation_id: uuid.UUID) -> Invitation:
    return invitation_by_id(invitation_id, current.here) or abort(404)


def _send(row: Invitation, token: str, told: str) -> Any:
    mail.invitation(row, current.here, token, by=current.person)
    wake_after_commit("deliver_mail")
    flash(told, "good")
    return redirect(url_for("people.index", handle=current.here.handle))


def _offer_people(form: GrantForm) -> None:
    offer_people(form.person, current.here, current.person, groups_at(current.here))


def _role_choices(roles: Iterable[Role]) -> list[SelectChoice]:
    return choices((str(role.id), f"{role.name}: {role.sentence}") for role in roles)


def _given(form: GrantForm) -> bool:
    """Give the role and say so, or show at its field why that cannot be."""
    chosen = uuid.UUID(form.person.data)
    bearer: Person | Group | None = group_by_id(chosen) or person_by_id(chosen)
    role = role_by_id(uuid.UUID(form.role.data))
    if bearer is None or role is None:
        abort(404)
    try:
        give(
            bearer, role, current.here, by=current.person, reach=form.reach.data,
            until=form.until_instant(current.here.zone), because=form.because.data or "",
        )  # fmt: skip
    except CannotDelegate as problem:
        add_error(form[problem.about], str(problem))
        return False
    except QuotaReached as problem:
        add_error(form.person, str(problem))
        return False
    except Denied as denied:
        db.session.rollback()
        record_refusal(denied.decision)
        add_error(form.role, str(denied))
        return False
    flash(f"{bearer.name} is {role.name} here from now on.", "good")
    return True
