"""What is to happen later: the queue, one schedule, asking for one, moving it, cancelling it."""

import uuid
from itertools import chain
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.history import events_of
from portal.content.moments import Moment
from portal.content.pages import page_by_id, revision_by_id
from portal.content.planned import sight_of
from portal.content.preflight import expected, keep
from portal.content.problems import BadTime, Problem
from portal.content.punctuality import punctuality
from portal.content.queue_filters import read_queue_filters
from portal.content.queue_list import queued
from portal.content.saved_views import saved_views
from portal.content.schedules import OPEN, Schedule
from portal.content.scheduling import cancel, move, open_schedules, schedule, schedule_by_id
from portal.content.settling import kept_instant, wall_instant
from portal.forms.base import add_error
from portal.forms.calendar_return import calendar_again, carried
from portal.forms.pages import ReasonForm
from portal.forms.schedule_steps import (
    VERBS,
    Step,
    asked_day,
    in_words,
    moment_of,
    show_bad_time,
    steps_of,
)
from portal.forms.schedules import ScheduleForm, TimeForm
from portal.guards import permission
from portal.jobs.queue import wake_at
from portal.once import once
from portal.requests import after_commit, current
from portal.times import zone_names
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("schedules", __name__, url_prefix="/a/<handle>")


@bp.get("/schedules/")
@permission(P.SCHEDULE_VIEW)
def index() -> str:
    filters = read_queue_filters(request.args, current.here.zone, current.person.person_id)
    below = request.args.get("within") == "below"
    sight = sight_of(current.person, current.here, below=below)
    return render_template(
        "schedules/index.html", found=queued(sight, filters, request.args.get("before")),
        filters=filters, within="below" if below else "", me=current.person.person_id,
        views=saved_views("schedules", current.here, current.person), open_states=OPEN,
        picture=punctuality(sight),
    )  # fmt: skip


@bp.get("/schedules/<uuid:schedule_id>/")
@permission(P.SCHEDULE_VIEW)
def show(schedule_id: uuid.UUID) -> str:
    row = _schedule(schedule_id)
    reads = current.can(P.PAGE_VIEW).allowed
    page = page_by_id(row.page_id, current.here.id) if reads else None
    return render_template(
        "schedules/show.html", row=row, reads=reads, page=page,
        revision=revision_by_id(row.revision_id, page) if page else None,
        events=events_of(row, request.args.get("before"), content=reads),
        is_open=row.state in OPEN, kept=kept_instant(row), meant=wall_instant(row),
    )  # fmt: skip


@bp.route("/pages/<uuid:page_id>/schedule", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
@once
def new(page_id: uuid.UUID) -> Any:
    page = page_by_id(page_id, current.here.id) or abort(404)
    draft = revision_by_id(page.draft_revision_id, page) or abort(404)
    form = ScheduleForm(zone=current.here.zone, revision=str(draft.id), **asked_day())
    moved_on = form.is_submitted() and form.revision.data != str(draft.id)
    form.revision.data = str(draft.id)
    steps = steps_of(form) if form.validate_on_submit() else []
    concerns = expected(page, draft, steps, current.here, current.person)
    if steps and not moved_on and "confirmed" in request.form:
        try:
            rows = [
                schedule(
                    page, what, draft, moment, current.here, by=current.person,
                    reason=form.reason.data or "", late=form.late,
                )
                for what, moment in steps
            ]  # fmt: skip
            keep(rows, concerns)
        except BadTime as problem:
            show_bad_time(problem, form.wall, form.chosen)
        except (Problem, QuotaReached) as problem:
            add_error(form.wall, str(problem))
        else:
            return _set(rows, steps)
    status = 409 if moved_on else 422 if form.errors else 200
    return render_template(
        "schedules/new.html", page=page, draft=draft, form=form, moved_on=moved_on,
        steps=[] if form.errors or moved_on else in_words(steps), others=open_schedules(page),
        concerns=[] if form.errors or moved_on else sorted(set(chain(*concerns))),
    ), status  # fmt: skip


@bp.route("/schedules/<uuid:schedule_id>/move", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def reschedule(schedule_id: uuid.UUID) -> Any:
    row = _schedule(schedule_id)
    form = TimeForm(
        zone=row.zone if row.zone in zone_names() else current.here.zone,
        late_policy=row.late_policy, late_minutes=row.late_minutes, **asked_day(row),
    )  # fmt: skip
    dragged = request.method == "GET" and "on" in request.args and form.wall.data is not None
    moment = moment_of(form) if dragged or form.validate_on_submit() else None
    if moment is not None and "confirmed" in request.form:
        try:
            move(
                row, moment, current.here, by=current.person, reason=form.reason.data or "",
                late=form.late,
            )  # fmt: skip
        except BadTime as problem:
            show_bad_time(problem, form.wall, form.chosen)
        except Problem as problem:
            add_error(form.wall, str(problem))
        else:
            return _set([row], [(row.what, moment)], calendar_again(row.id, moment.at))
    status = 422 if form.errors and not dragged else 200
    steps = in_words([(row.what, moment)]) if moment and not form.errors else []
    return render_template(
        "schedules/move.html", row=row, form=form, steps=steps, carried=carried(),
        back=calendar_again(row.id, row.due_at),
    ), status  # fmt: skip


@bp.route("/schedules/<uuid:schedule_id>/cancel", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def call_off(schedule_id: uuid.UUID) -> Any:
    row = _schedule(schedule_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            cancel(row, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            flash("Cancelled. The page stays as it is.", "good")
            return _to_page(row)
    status = 422 if form.is_submitted() else 200
    return render_template("schedules/cancel.html", row=row, form=form), status


def _schedule(schedule_id: uuid.UUID) -> Schedule:
    return schedule_by_id(schedule_id, current.here.id) or abort(404)


def _set(rows: list[Schedule], steps: list[Step], back: str | None = None) -> Response:
    for row, (what, moment) in zip(rows, steps, strict=True):
        _wake(row, moment)
        flash(f"{VERBS[what]} {moment.sentence}.", "good")
    return redirect(back) if back else _to_page(rows[0])


def _wake(row: Schedule, moment: Moment) -> None:
    job_id = f"due-{row.id.hex}-{row.moves}"
    after_commit(lambda: wake_at(moment.at, "publish_due", job_id=job_id))


def _to_page(row: Schedule) -> Response:
    return redirect(url_for("pages.edit", handle=current.here.handle, page_id=row.page_id))
