"""Closing an account for good: with all that goes, taken back, and what was erased in the end."""

import json
import uuid
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from wtforms.validators import StopValidation

from portal.content.erasing import inventory
from portal.forms.accounts import CloseForm, ConfirmForm
from portal.guards import permission
from portal.requests import current
from portal.views.account_changes import Act, confirmed
from portal.views.accounts import child
from tenants.accounts import AccountRef
from tenants.branches import left_without_role, number_below
from tenants.certificates import certificate_of
from tenants.closing import GRACE, ask_close, undo_close
from tenants.engines import reading
from tenants.permissions import Permission as P
from tenants.scope import acting_in, tenant_scope

bp = Blueprint("account_closing", __name__, url_prefix="/a/<handle>/accounts/<uuid:account_id>")
NAMES = {
    "page": "Pages and posts", "revision": "Revisions of their text", "schedule": "Schedules",
    "site": "Sites", "menu": "Menus", "term": "Tags and categories", "page_term": "Taggings",
    "redirect": "Redirects", "import_run": "Imports", "export_run": "Exports",
    "imported_item": "Notes of imported items",
    "invitation": "Invitations", "access_request": "Requests", "quota": "Limits",
    "saved_view": "Saved views", "content_type": "Types of content",
    "site_host": "Host names", "content_field": "Fields of types",
    "page_use": "Notes of what pages use",
}  # fmt: skip


@bp.route("/close", methods=["GET", "POST"])
@permission(P.ACCOUNT_CLOSE)
def close_account(account_id: uuid.UUID) -> Any:
    account, form = child(account_id), CloseForm()
    form.handle.flags.required = True
    going = _going(account)

    def change() -> None:
        ask_close(
            account, by=current.person, reason=(form.reason.data or "").strip() or "A reason."
        )

    if form.is_submitted() and (form.handle.data or "").strip() != account.handle:
        form.handle.validators = [*form.handle.validators, _not_this_one(account)]
    return confirmed(account, form, change, Act(
        f"Close {account.name}", "Close the account",
        f"It stops at once, like a suspended account. For {GRACE.days} days it can be taken back; "
        "then everything listed here is erased for good, and a certificate says so.",
        f"{account.name} is being closed. It can be taken back for {GRACE.days} days.", "trash-2",
    ), template="accounts/close.html", going=going)  # fmt: skip


def _not_this_one(account: AccountRef) -> Any:
    def refuse(_form: Any, _field: Any) -> None:
        raise StopValidation(f"Type {account.handle} to close this account.")

    return refuse


def _going(account: AccountRef) -> list[tuple[str, int]]:
    """Return all that would be erased or end, by its name for people."""
    below, people = number_below(account), left_without_role(account)
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        counts = inventory(account.id, below=True)
    content = [(NAMES[name], counts[name]) for name in NAMES]
    return [("Accounts below it", below), ("People who lose their last role", people), *content]


@bp.route("/undo", methods=["GET", "POST"])
@permission(P.ACCOUNT_CLOSE)
def undo_closing(account_id: uuid.UUID) -> Any:
    account, form = child(account_id), ConfirmForm()

    def change() -> None:
        undo_close(account, by=current.person, reason=form.reason.data or "")

    return confirmed(account, form, change, Act(
        f"Keep {account.name}", "Take the closing back",
        "Nothing is erased. The account has the state again that it had before.",
        f"{account.name} is kept.", "refresh-cw", "primary",
    ))  # fmt: skip


@bp.get("/certificate")
@permission(P.TRAIL_VIEW)
def certificate(account_id: uuid.UUID) -> Any:
    account = child(account_id)
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        found = certificate_of(account.id)
        facts, digest = (found.facts(), found.digest) if found else ({}, "")
    if not digest:
        flash(f"{account.name} has not been erased, so there is nothing to certify.", "warn")
        return redirect(url_for("accounts.index", handle=current.here.handle))
    if request.args.get("format") == "json":
        return _download(account, facts | {"digest": digest})
    return render_template(
        "accounts/certificate.html", account=account, facts=facts, digest=digest, names=NAMES
    )


def _download(account: AccountRef, facts: dict[str, Any]) -> Response:
    response = make_response(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    response.mimetype = "application/json"
    name = f"closing-{account.handle}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
