"""Taking an account's content along, as a file: at once, or beside other work when it is much."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from portal.content.exchange.exporting import TooMuch, Wanted, record_content_export
from portal.content.export_runs import exports_of, hand_in
from portal.content.problems import Problem
from portal.content.storage import StoreDown
from portal.forms.base import add_error
from portal.forms.imports import ExportForm
from portal.guards import permission
from portal.jobs.export_runs import MIMES
from portal.jobs.exports import make_export
from portal.jobs.queue import wake_after_commit
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("exports", __name__, url_prefix="/a/<handle>/export")
PAGES, BYTES = 2_000, 200 * 2**20


@bp.get("/")
@permission(P.CONTENT_EXPORT, P.PAGE_VIEW)
def new() -> str:
    return _screen(ExportForm())


@bp.post("/")
@permission(P.CONTENT_EXPORT, P.PAGE_VIEW)
@once
def make() -> Any:
    """Download the content; what is too much for that is made beside other work."""
    form = ExportForm()
    form.media.data = form.media.data or "none"  # not asked of those who may not look at files
    if not form.validate():
        return _screen(form), 422
    wanted = Wanted(form.format.data, form.which.data, form.media.data, PAGES, BYTES)
    try:
        done = make_export(current.here, wanted, by=current.person)
    except TooMuch:
        return _beside(form, wanted)
    except StoreDown as problem:
        return _refuse(form, problem)
    record_content_export(current.here, wanted, done, by=current.person)
    answer: Response = send_file(
        done.file, mimetype=MIMES[done.ending], as_attachment=True,
        download_name=f"{current.here.handle}-{wanted.format}.{done.ending}",
    )  # fmt: skip
    return answer


def _beside(form: ExportForm, wanted: Wanted) -> Any:
    try:
        run = hand_in(current.here, wanted, by=current.person)
    except Problem as problem:
        return _refuse(form, problem)
    wake_after_commit("make_export", str(run.id), job_id=f"export-{run.id.hex}")
    return redirect(url_for("export_runs.show", handle=current.here.handle, export_id=run.id))


def _refuse(form: ExportForm, problem: Exception) -> Any:
    add_error(form.media, str(problem))
    return _screen(form), 422


def _screen(form: ExportForm) -> str:
    return render_template(
        "exports/new.html", form=form, pages=f"{PAGES:,}", size=f"{BYTES // 2**20} MB",
        found=exports_of(current.here, request.args.get("before"), by=current.person),
    )  # fmt: skip
