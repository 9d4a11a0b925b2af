"""Imports: handing a file in, watching it, its report, and doing it for real."""

import csv
import io
import uuid
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import RequestEntityTooLarge

from portal.content.exchange.model import FORMATS
from portal.content.import_plan import GROUPS
from portal.content.import_report import as_rows, lines_for, narrowed
from portal.content.import_runs import hand_in, hand_in_again, import_by_id, imports_of
from portal.content.imports import ImportRun
from portal.content.problems import Problem
from portal.errors import Conflict
from portal.forms.base import add_error
from portal.forms.imports import ImportForm
from portal.guards import permission
from portal.heartbeats import is_silent
from portal.jobs.queue import wake_after_commit
from portal.once import once
from portal.requests import current
from tenants.db import db
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("imports", __name__, url_prefix="/a/<handle>/imports")
PER_PART = 100


@bp.get("/")
@permission(P.CONTENT_IMPORT)
def index() -> str:
    found = imports_of(current.here.id, request.args.get("before"))
    return render_template("imports/index.html", formats=FORMATS, found=found)


@bp.route("/new", methods=["GET", "POST"])
@permission(P.CONTENT_IMPORT)
@once
def new() -> Any:
    form = ImportForm()
    if form.validate_on_submit():
        data = form.file.data.read()
        if data:
            name = form.file.data.filename or ""
            try:
                run = hand_in(
                    current.here, name, data, dry_run=True, by=current.person,
                    publish=form.publish.data,
                )  # fmt: skip
                return _watch(run)
            except (Problem, QuotaReached) as problem:
                add_error(form.file, str(problem))
        else:
            add_error(form.file, "The file is empty. Export it again.")
    status = 422 if form.is_submitted() else 200
    return render_template("imports/new.html", form=form, limit=_limit()), status


@bp.get("/<uuid:import_id>/")
@permission(P.CONTENT_IMPORT)
def show(import_id: uuid.UUID) -> str:
    run = _run(import_id)
    group = request.args.get("group", "")
    search = "".join(c for c in request.args.get("q", "")[:200] if c.isprintable())
    lines = lines_for(run, current.here, by=current.person)
    found = narrowed(lines, group, search)
    part = max(1, request.args.get("part", 1, type=int))
    return render_template(
        "imports/show.html", run=run, formats=FORMATS, group=group, search=search, part=part,
        groups=GROUPS,
        found=found[(part - 1) * PER_PART : part * PER_PART], total=len(found),
        more=len(found) > part * PER_PART, chips=_chips(run, lines, group, search),
        silent=run.state == "waiting" and is_silent(db.session(), "scheduler"),
    )  # fmt: skip


@bp.get("/<uuid:import_id>/report.csv")
@permission(P.CONTENT_IMPORT)
def report(import_id: uuid.UUID) -> Response:
    run = _run(import_id)
    text = io.StringIO()
    csv.writer(text).writerows(as_rows(lines_for(run, current.here, by=current.person)))
    response = make_response("\ufeff" + text.getvalue())
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="import-{run.id}.csv"'
    return response


@bp.post("/<uuid:import_id>/real")
@permission(P.CONTENT_IMPORT)
@once
def real(import_id: uuid.UUID) -> Any:
    try:
        run = hand_in_again(_run(import_id), current.here, by=current.person)
    except (Problem, QuotaReached) as problem:
        raise Conflict(str(problem)) from problem
    return _watch(run)


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Any:
    back = url_for("imports.new", handle=(request.view_args or {}).get("handle", ""))
    return render_template("errors/413.html", limit=_limit(), back_url=back), 413


def _watch(run: ImportRun) -> Any:
    wake_after_commit("run_import", str(run.id), job_id=f"import-{run.id.hex}")
    return redirect(url_for("imports.show", handle=current.here.handle, import_id=run.id))


def _run(import_id: uuid.UUID) -> ImportRun:
    return import_by_id(import_id, current.here.id) or abort(404)


def _chips(run: ImportRun, lines: list[Any], group: str, search: str) -> list[dict[str, Any]]:
    counts = dict.fromkeys(GROUPS, 0)
    for line in lines:
        counts[line["group"]] = counts.get(line["group"], 0) + 1
    shown = [("", "All", len(lines))]
    shown += [(key, label, counts[key]) for key, label in GROUPS.items() if counts[key]]
    return [
        {
            "label": label, "count": count, "current": key == group,
            "url": url_for("imports.show", handle=current.here.handle, import_id=run.id,
                           q=search or None, group=key or None),
        }
        for key, label, count in shown
    ]  # fmt: skip


def _limit() -> str:
    return f"{current_app.config['PORTAL'].max_request // 2**20} MB"
