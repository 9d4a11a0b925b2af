"""Acts on one schedule besides moving and cancelling it; and the queue taken along or kept."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from portal.content.moments import moment_at
from portal.content.planned import sight_of
from portal.content.problems import Problem
from portal.content.queue_filters import QueueFilters, read_queue_filters
from portal.content.queue_list import COLUMNS, export_queue, queued
from portal.content.running import run_now
from portal.content.saved_views import delete_view, save_view
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule_by_id
from portal.content.settling import keep_instant, move_to_wall
from portal.errors import Conflict
from portal.forms.base import add_error
from portal.forms.pages import ReasonForm
from portal.guards import permission
from portal.jobs.queue import wake_at
from portal.once import once
from portal.requests import after_commit, current
from portal.spreadsheets import csv_file
from tenants.permissions import Permission as P

bp = Blueprint("schedule_acts", __name__, url_prefix="/a/<handle>/schedules")
PER_READ = 1000


@bp.route("/<uuid:schedule_id>/run", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def run(schedule_id: uuid.UUID) -> Any:
    row = _schedule(schedule_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            run_now(row, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            flash("It is live." if row.what == "publish" else "It is offline.", "good")
            return _to(row)
    status = 422 if form.is_submitted() else 200
    return render_template("schedules/run.html", row=row, form=form), status


@bp.post("/<uuid:schedule_id>/settle")
@permission(P.PAGE_PUBLISH)
def settle(schedule_id: uuid.UUID) -> Any:
    """Say what a time means after the rules of its zone were changed."""
    row = _schedule(schedule_id)
    keep = request.form.get("keep", "instant") == "instant"
    try:
        (keep_instant if keep else move_to_wall)(row, current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    due, job_id = row.due_at, f"due-{row.id.hex}-{row.moves}"
    if not keep:
        after_commit(lambda: wake_at(due, "publish_due", job_id=job_id))
    verb = "Goes live" if row.what == "publish" else "Goes offline"
    flash(f"{verb} {moment_at(due, row.zone).sentence}.", "good")
    return _to(row)


@bp.post("/list/export")
@permission(P.SCHEDULE_VIEW)
def export() -> Any:
    """Download what the filters show, as CSV."""
    here, filters = current.here, _filters()
    sight = sight_of(current.person, here, below=request.form.get("within") == "below")
    rows = export_queue(
        here, filters, lambda key: queued(sight, filters, key, PER_READ), by=current.person
    )
    return csv_file(f"schedules-{here.handle}.csv", COLUMNS, rows)


@bp.post("/list/views")
@permission(P.SCHEDULE_VIEW)
@once
def save() -> Any:
    """Keep the filters under a name."""
    filters = _filters()
    try:
        name = request.form.get("name", "")
        view = save_view("schedules", current.here, name, filters.query, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    flash(f"Saved as “{view.name}”.", "good")
    return _back(**filters.asked)


@bp.post("/list/views/<uuid:list_view_id>/delete")
@permission(P.SCHEDULE_VIEW)
def forget(list_view_id: uuid.UUID) -> Any:
    """Delete one of one's own views."""
    if not delete_view("schedules", list_view_id, current.here, by=current.person):
        abort(404)
    flash("The view is deleted.", "good")
    return _back()


def _filters() -> QueueFilters:
    return read_queue_filters(request.form, current.here.zone, current.person.person_id)


def _schedule(schedule_id: uuid.UUID) -> Schedule:
    return schedule_by_id(schedule_id, current.here.id) or abort(404)


def _to(row: Schedule) -> Any:
    where = url_for("schedules.show", handle=current.here.handle, schedule_id=row.id)
    return redirect(where, 303)


def _back(**asked: Any) -> Any:
    return redirect(url_for("schedules.index", handle=current.here.handle, **asked), 303)
