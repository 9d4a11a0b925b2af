"""What is done with an account below: each shown with all it comes to, then confirmed."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portal.forms.accounts import ConfirmForm, PlaceForm, SuspendForm
from portal.forms.base import add_error
from portal.guards import permission
from portal.previews import Preview, preview
from portal.requests import current
from portal.treework import tree_work
from portal.views.accounts import child
from tenants.accounts import HANDLE, AccountRef
from tenants.decisions import can
from tenants.directory import account_path
from tenants.moving import move
from tenants.nearest import accounts_within_reach
from tenants.permissions import Permission as P
from tenants.suspending import reactivate, suspend
from tenants.tree import CannotChange

bp = Blueprint("account_changes", __name__, url_prefix="/a/<handle>/accounts/<uuid:account_id>")
PLACES = 300
CHANGED = "What this does has changed since you looked. Look again, then confirm."


@dataclass(frozen=True)
class Act:
    """How one change of an account is shown: its page, its button, and what to say afterwards."""

    title: str
    button: str
    intro: str
    done: str
    icon: str
    tone: str = "danger"


@bp.route("/suspend", methods=["GET", "POST"])
@permission(P.ACCOUNT_SUSPEND)
def suspend_account(account_id: uuid.UUID) -> Any:
    account, form = child(account_id), SuspendForm()

    def change() -> None:
        suspend(account, by=current.person, reason=(form.reason.data or "").strip() or "A reason.")

    return confirmed(account, form, change, Act(
        f"Suspend {account.name}", "Suspend the account",
        "From the next request on nobody can work in it or in any account below it. Its public "
        "sites answer that they are not available, what falls due is held, imports stop. Its "
        "admins still see who has access and the trail.",
        f"{account.name} is suspended.", "circle-pause",
    ))  # fmt: skip


@bp.route("/reactivate", methods=["GET", "POST"])
@permission(P.ACCOUNT_SUSPEND)
def reactivate_account(account_id: uuid.UUID) -> Any:
    account, form = child(account_id), ConfirmForm()

    def change() -> None:
        reactivate(account, by=current.person, reason=form.reason.data or "")

    return confirmed(account, form, change, Act(
        f"Reactivate {account.name}", "Reactivate the account",
        "Everybody can work in it again. An account below that is suspended itself stays so, and "
        "what was held meanwhile waits for somebody to look at it.",
        f"{account.name} is open again.", "circle-check", "primary",
    ))  # fmt: skip


@bp.route("/move", methods=["GET", "POST"])
@permission(P.ACCOUNT_MOVE)
def move_account(account_id: uuid.UUID) -> Any:
    account, form = child(account_id), ConfirmForm()
    asked = request.args.get("to", "").replace("\x00", "").strip()[:100]
    target = _target(asked)
    if target is None:
        return _choose_place(account, asked)

    def change() -> None:
        move(account, target, by=current.person, reason=form.reason.data or "")

    return confirmed(account, form, change, Act(
        f"Move {account.name} below {target.name}", "Move the account",
        f"It leaves {current.here.name} with everything below it. Its own people, content and "
        "addresses stay as they are; whoever holds a role above it changes.",
        f"{account.name} stands below {target.name} now.", "folder-tree",
    ), parent=target)  # fmt: skip


def _target(handle: str) -> AccountRef | None:
    line = account_path(handle) if HANDLE.fullmatch(handle) else ()
    return line[-1] if line and current.person.is_member(line[-1]) else None


def _choose_place(account: AccountRef, asked: str) -> Any:
    places, found = _places(account), _places(account, asked) if asked else []
    form = PlaceForm(None, data={"to": asked})
    if "to" in request.args:
        told = "No account of yours has this handle. Those with it in their name are below."
        add_error(form.to, told if found else "There is no account with this handle among yours.")
    page = render_template(
        "accounts/move.html", account=account, form=form, places=places, found=found
    )
    return page, 422 if form.to.errors else 200


def _places(account: AccountRef, search: str = "") -> list[AccountRef]:
    """Return where an account may be put, at most PLACES, with `search` those of such a name."""
    near = accounts_within_reach(current.person, PLACES, search, tenant_id=account.tenant_id)
    return [
        place for place in near
        if account.id not in place.path and can(current.person, P.ACCOUNT_MOVE, place).allowed
    ]  # fmt: skip


def confirmed(
    account: AccountRef,
    form: Any,
    change: Callable[[], object],
    act: Act,
    parent: AccountRef | None = None,
    template: str = "accounts/confirm.html",
    **more: Any,
) -> Any:
    """Show what `change` would do to people's rights; make it when that very thing is confirmed."""
    sent = form.is_submitted()
    valid = form.validate_on_submit()
    problem, shown = _tried(change, account)
    status = 422 if sent else 200
    if valid and shown is not None:
        if form.seen.data == shown.digest:
            problem = _made(change)
            if not problem:
                flash(act.done, "good")
                handle = (parent or current.here).handle
                return redirect(url_for("accounts.show", handle=handle, account_id=account.id))
        else:
            form.form_errors.append(CHANGED)
        status = 409
    form.seen.data = shown.digest if shown else ""
    page = render_template(
        template, account=account, form=form, act=act, preview=shown,
        problem=problem, **more,
    )  # fmt: skip
    return page, status


def _tried(change: Callable[[], object], account: AccountRef) -> tuple[str, Preview | None]:
    try:
        return "", preview(change, account, to=current.person)
    except CannotChange as problem:
        return str(problem), None


def _made(change: Callable[[], object]) -> str:
    """Make the change; return why not, if somebody was faster."""
    try:
        with tree_work():
            change()
    except CannotChange as problem:
        return str(problem)
    return ""
