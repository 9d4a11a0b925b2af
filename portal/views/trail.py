"""The audit trail of an account and everything below it."""

from flask import Blueprint, render_template, request

from portal.content.history import TrailFilters, events_below
from portal.guards import permission
from portal.requests import current
from tenants.events import all_events
from tenants.permissions import Permission as P

bp = Blueprint("trail", __name__, url_prefix="/a/<handle>/trail")


@bp.get("/")
@permission(P.TRAIL_VIEW)
def index() -> str:
    asked = {
        name: request.args.get(name, "").replace("\x00", "")[:200]
        for name in ("event", "actor", "outcome", "request_id")
    }
    filters = TrailFilters(**asked)
    found = events_below(
        current.here.id, filters, request.args.get("before"),
        content=current.can(P.PAGE_VIEW).allowed,
    )  # fmt: skip
    return render_template(
        "trail/index.html", found=found, filters=filters, names=sorted(all_events())
    )
