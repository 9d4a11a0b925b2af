"""What the portal told whoever looks: the list behind the bell."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.notifications import (
    TALK,
    Notification,
    mark_all_read,
    mark_read,
    notification_by_id,
    notifications_of,
)
from portal.guards import permission
from portal.requests import current
from tenants.accounts import account_by_id
from tenants.permissions import Permission as P

bp = Blueprint("notifications", __name__, url_prefix="/a/<handle>/notifications")


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> str:
    """Show what happened that is meant for whoever looks, in the whole tenant."""
    found = notifications_of(current.person, request.args.get("before"))
    return render_template("notifications/index.html", found=found, talk=TALK)


@bp.post("/read")
@permission(P.ACCOUNT_VIEW)
def read_all() -> Response:
    """Mark everything as read."""
    count = mark_all_read(current.person)
    flash(f"{count} marked as read." if count else "Nothing was new.", "good")
    return redirect(url_for("notifications.index", handle=current.here.handle))


@bp.post("/<uuid:notification_id>/open")
@permission(P.ACCOUNT_VIEW)
def follow(notification_id: uuid.UUID) -> Any:
    """Mark one as read and go to what it is about."""
    row = notification_by_id(notification_id, current.person) or abort(404)
    mark_read([row])
    return redirect(_where(row))


def _where(row: Notification) -> str:
    account = account_by_id(row.account_id) or abort(404)
    endpoint, values = row.place
    return url_for(endpoint, handle=account.handle, **values)
