"""Asking for a right one lacks, or for a place in an account; taking a request back."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import mail, throttling
from portal.forms.asking import AskForm, JoinAccountForm
from portal.forms.base import add_error
from portal.guards import signed_in
from portal.jobs.queue import wake_after_commit
from portal.once import once
from portal.requests import current
from tenants import directory
from tenants.access_requests import AccessRequest, request_by_id, requests_of
from tenants.accounts import HANDLE, AccountRef
from tenants.asking import CannotAnswer, CannotAsk, ask, ask_to_join, withdraw_request
from tenants.permissions import Permission as P
from tenants.permissions import known
from tenants.scope import acting_in, tenant_scope

bp = Blueprint("asking", __name__)
SENT = (
    "If there is an account with this handle, the people who run it have your request now. "
    "You find the answer here."
)


@bp.route("/ask/<handle>", methods=["GET", "POST"])
@signed_in
@once
@throttling.requests
def right(handle: str) -> Any:
    """Ask for a right at an account one is a member of."""
    wanted = next(iter(known([request.args.get("right", "")])), None) or abort(404)
    decision = current.can(wanted)
    form = AskForm()
    people = directory.givers(wanted, current.here, house=current.person.is_staff)
    if not decision.allowed and form.validate_on_submit():
        until = form.until_instant(current.here.zone)
        try:
            row = ask(wanted, current.here, by=current.person, reason=form.reason.data, until=until)
        except CannotAsk as problem:
            add_error(form.until if "end" in str(problem) else form.reason, str(problem))
        else:
            _tell(row, current.here, people)
            flash(f"Your request is on its way. {current.here.name} answers it; you are told.",
                  "good")  # fmt: skip
            return redirect(url_for("me.show", _anchor="requests"))
    status = 422 if form.errors else 200
    page = render_template(
        "asking/right.html", form=form, decision=decision, people=people, handle=handle
    )
    return page, status


@bp.route("/join", methods=["GET", "POST"])
@signed_in
@once
@throttling.requests
def join() -> Any:
    """Ask to join an account by its handle; the answer is the same when there is none."""
    form = JoinAccountForm()
    if form.validate_on_submit():
        handle = form.handle.data
        path = directory.account_path(handle) if HANDLE.fullmatch(handle) else ()
        house = directory.house() or abort(404)
        account = path[-1] if path else house
        people = directory.givers(P.GRANT_GIVE, account, house=True) if path else []
        try:
            current.stack.enter_context(acting_in(tenant_scope(account.tenant_id)))
            row = ask_to_join(handle, account, by=current.person, reason=form.reason.data)
        except CannotAsk as problem:
            add_error(form.handle, str(problem))
        else:
            _tell(row, account, people)
            flash(SENT, "good")
            return redirect(url_for("me.show", _anchor="requests"))
    return render_template("asking/join.html", form=form), 422 if form.errors else 200


@bp.post("/me/requests/<uuid:request_id>/withdraw")
@signed_in
def withdraw(request_id: uuid.UUID) -> Response:
    """Take one's own request back."""
    person_id = current.person.person_id or abort(404)
    own = next((each for each in requests_of(person_id) if each.id == request_id), None)
    account = own.account if own else abort(404)
    current.stack.enter_context(acting_in(tenant_scope(account.tenant_id)))
    row = request_by_id(request_id, account, lock=True) or abort(404)
    try:
        withdraw_request(row, by=current.person)
    except CannotAnswer as problem:
        flash(str(problem), "warn")
    else:
        flash("Your request is taken back.", "good")
    return redirect(url_for("me.show", _anchor="requests"))


def _tell(row: AccessRequest, account: AccountRef, people: list[directory.Giver]) -> None:
    for person in people:
        mail.request_made(row, account, person.email, by=current.person)
    wake_after_commit("deliver_mail")
