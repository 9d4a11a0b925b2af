"""The mail of a tenant: what waits, has left or was given up; those given up sent again."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from portal.guards import permission
from portal.jobs.queue import wake_after_commit
from portal.outbox import STATES, chosen_mails, mails_of
from portal.requests import current
from portal.resending import NotGivenUp, resend
from tenants.db import db
from tenants.permissions import Permission as P

bp = Blueprint("outbox", __name__, url_prefix="/a/<handle>/outbox")
PER_PART = 50


@bp.get("/")
@permission(P.ACCOUNT_EDIT)
def index() -> Any:
    state = request.args.get("state", "dead")
    if state not in STATES:
        abort(404)
    return _page(state)


@bp.post("/resend")
@permission(P.ACCOUNT_EDIT)
def again() -> Any:
    ids = _ids()
    if not _answers_for_all():
        abort(404)
    if not 0 < len(ids) <= PER_PART:
        return _page("dead", f"Choose between 1 and {PER_PART} mails first."), 422
    mails = chosen_mails(current.here.tenant_id, ids)
    if len(mails) != len(ids):
        abort(404)
    problems = []
    for mail in mails:
        try:
            resend(mail, current.here, by=current.person)
        except NotGivenUp as problem:
            problems.append(f"{mail.recipient}: {problem}")
    if problems:
        db.session.rollback()
        return _page("dead", "Nothing was sent again. " + " ".join(problems)), 422
    wake_after_commit("deliver_mail")
    number = f"{len(mails)} mails are" if len(mails) > 1 else "The mail is"
    flash(f"{number} sent again now.", "good")
    return redirect(url_for("outbox.index", handle=current.here.handle, state="waiting"))


def _page(state: str, problem: str = "") -> str:
    rows = []
    if _answers_for_all():
        before = request.args.get("before", type=uuid.UUID)
        rows = mails_of(current.here.tenant_id, state, before, PER_PART + 1)
    more = len(rows) > PER_PART
    rows = rows[:PER_PART]
    return render_template(
        "outbox/index.html", rows=rows, state=state, states=STATES, problem=problem,
        whole=_answers_for_all(), older=rows[-1].id if more else None,
    )  # fmt: skip


def _answers_for_all() -> bool:
    """Tell whether the person runs the whole tenant from here, as its mails are of all of it."""
    here = current.here
    return here.id == here.tenant_id and any(
        h.reach == "subtree" and P.ACCOUNT_EDIT in h.permissions and h.covers(here)
        for h in current.person.holdings
    )


def _ids() -> set[uuid.UUID]:
    try:
        return {uuid.UUID(each) for each in request.form.getlist("id")}
    except ValueError:
        abort(404)
