"""Exports made beside other work: watching one, fetching its file, calling it off."""

import uuid
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    url_for,
)

from portal.content import export_runs as runs
from portal.content.export_rows import KEPT, ExportRun
from portal.content.problems import Problem
from portal.content.storage import NotStored, StoreDown
from portal.errors import Conflict
from portal.files import POWERLESS, PRIVATE, files
from portal.guards import permission
from portal.heartbeats import is_silent
from portal.jobs.export_runs import MIMES
from portal.requests import current
from portal.spreadsheets import csv_file
from tenants.db import db
from tenants.permissions import Permission as P

bp = Blueprint("export_runs", __name__, url_prefix="/a/<handle>/exports")


@bp.get("/<uuid:export_id>/")
@permission(P.CONTENT_EXPORT, P.PAGE_VIEW)
def show(export_id: uuid.UUID) -> str:
    run = _run(export_id)
    return render_template(
        "exports/show.html", run=run, days=KEPT.days, own=run.person_id == current.person.person_id,
        silent=run.state == "waiting" and is_silent(db.session(), "scheduler"),
    )  # fmt: skip


@bp.post("/<uuid:export_id>/file")
@permission(P.CONTENT_EXPORT, P.PAGE_VIEW)
def fetch(export_id: uuid.UUID) -> Response:
    """Hand the file out, part by part; a POST, since it is recorded."""
    run, here = _run(export_id), current.here
    try:
        parts = files().parts(runs.fetch(run, here, by=current.person))
    except NotStored:
        raise Conflict("The store of files does not have it any more. Export again.") from None
    except (Problem, StoreDown) as problem:
        raise Conflict(str(problem)) from problem
    response = Response(parts, mimetype=MIMES[run.ending], direct_passthrough=True)
    response.content_length = run.size
    name = f"{here.handle}-{run.format}.{run.ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = POWERLESS
    response.headers["Cache-Control"] = PRIVATE
    return response


@bp.get("/<uuid:export_id>/problems.csv")
@permission(P.CONTENT_EXPORT, P.PAGE_VIEW)
def problems(export_id: uuid.UUID) -> Any:
    """The files that could not come along, as a table."""
    run = _run(export_id)
    if run.person_id != current.person.person_id:
        raise Conflict("Only whoever asked for this export sees which files are missing.")
    rows = [(name, "The store of files does not have it.") for name in run.missing]
    return csv_file(f"export-{run.id}.csv", ("file", "problem"), rows)


@bp.post("/<uuid:export_id>/cancel")
@permission(P.CONTENT_EXPORT, P.PAGE_VIEW)
def cancel(export_id: uuid.UUID) -> Any:
    return _done(_run(export_id), runs.cancel, "The export was called off.")


@bp.post("/<uuid:export_id>/drop")
@permission(P.CONTENT_EXPORT, P.PAGE_VIEW)
def drop(export_id: uuid.UUID) -> Any:
    return _done(_run(export_id), runs.drop, "The file is gone.", files=files())


def _done(run: ExportRun, act: Any, said: str, **more: Any) -> Any:
    try:
        act(run, current.here, by=current.person, **more)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    flash(said, "good")
    return redirect(url_for("export_runs.show", handle=current.here.handle, export_id=run.id))


def _run(export_id: uuid.UUID) -> ExportRun:
    return runs.export_by_id(export_id, current.here) or abort(404)
