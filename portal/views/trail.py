"""The audit trail of an account and everything below it."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)

from portal.content.history import TrailFilters, events_below
from portal.content.trail_export import record_export, spool_trail
from portal.errors import Conflict
from portal.guards import permission
from portal.requests import current
from tenants.chain import verify
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


@bp.post("/verify")
@permission(P.TRAIL_VIEW)
def check() -> Any:
    _refuse_secondary()
    report = verify(current.here.tenant_id, current_app.config["PORTAL"].seal_key)
    flash(report.sentence, "bad" if report.fault else "good")
    return redirect(url_for("trail.index", handle=current.here.handle))


@bp.post("/export")
@permission(P.TRAIL_VIEW)
def export() -> Response:
    here = current.here
    _refuse_secondary()
    file, exported = spool_trail(here, by=current.person)
    record_export(here, exported, by=current.person)
    return send_file(
        file, mimetype="application/jsonl", as_attachment=True,
        download_name=f"trail-{here.handle}.jsonl",
    )  # fmt: skip


def _refuse_secondary() -> None:
    if current.here.id != current.here.tenant_id:
        raise Conflict("A trail is sealed for a whole master. Verify and export it there.")
