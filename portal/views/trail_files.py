"""Verifying a trail, and taking it along: what a filter shows, or the sealed chain."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, send_file, url_for

from portal.content.problems import Problem
from portal.content.trail_export import record_export, spool_trail
from portal.content.trail_filters import read_query
from portal.content.trail_lists import MIMETYPES, Format, record_list, spool_list
from portal.errors import Conflict
from portal.guards import permission
from portal.requests import current
from tenants.chain import verify
from tenants.permissions import Permission as P

bp = Blueprint("trail_files", __name__, url_prefix="/a/<handle>/trail")
SECONDS = 10.0
MOST_SEALED = 200_000


@bp.post("/verify")
@permission(P.TRAIL_VIEW)
def check() -> Any:
    """Verify for about ten seconds; a longer chain goes on where that ended."""
    _refuse_secondary()
    key = current_app.config["PORTAL"].seal_key
    after = request.form.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 10 else 0
    report = verify(current.here.tenant_id, key, after=start, seconds=SECONDS)
    flash(report.sentence, "bad" if report.fault else "info" if report.more else "good")
    after_that = report.sealed if report.more else None
    return redirect(url_for("trail.index", handle=current.here.handle, verified=after_that), 303)


@bp.post("/export")
@permission(P.TRAIL_VIEW)
def export() -> Response:
    here = current.here
    _refuse_secondary()
    try:
        file, exported = spool_trail(here, by=current.person, most=MOST_SEALED)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    record_export(here, exported, by=current.person)
    return send_file(
        file, mimetype="application/jsonl", as_attachment=True,
        download_name=f"trail-{here.handle}.jsonl",
    )  # fmt: skip


@bp.post("/list")
@permission(P.TRAIL_VIEW)
def take() -> Any:
    """Download what a filter shows, as CSV or JSON Lines."""
    here, form = current.here, _format()
    asked = read_query(request.form.get("q", "")[:2000], current.person.zone)
    if asked.problems:
        return redirect(url_for("trail.index", handle=here.handle, q=asked.text), 303)
    file, count = spool_list(here, asked, form, by=current.person)
    record_list(here, asked, form, count, by=current.person)
    return send_file(
        file, mimetype=MIMETYPES[form], as_attachment=True,
        download_name=f"events-{here.handle}.{form}",
    )  # fmt: skip


def _format() -> Format:
    return "csv" if request.form.get("format") == "csv" else "jsonl"


def _refuse_secondary() -> None:
    if current.here.id != current.here.tenant_id:
        raise Conflict("A trail is sealed for a whole master. Verify and export it there.")
