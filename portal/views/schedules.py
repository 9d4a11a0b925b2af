"""What is to happen later: the list, asking for it, moving it, cancelling it."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.desk import schedules_of
from portal.content.moments import Moment, resolve
from portal.content.pages import page_by_id, revision_by_id
from portal.content.preflight import expected, keep
from portal.content.problems import BadTime, Problem
from portal.content.schedules import STATES, Schedule
from portal.content.scheduling import cancel, move, open_schedules, schedule, schedule_by_id
from portal.forms.base import add_error, choices
from portal.forms.pages import ReasonForm
from portal.forms.schedules import ScheduleForm, TimeForm
from portal.guards import permission
from portal.jobs.queue import wake_at
from portal.requests import after_commit, current
from portal.times import zone_names
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("schedules", __name__, url_prefix="/a/<handle>")


@bp.get("/schedules/")
@permission(P.SCHEDULE_VIEW)
def index() -> str:
    state = request.args.get("state", "pending")
    state = state if state in STATES or state == "all" else "pending"
    found = schedules_of(
        current.here.id, "" if state == "all" else state, request.args.get("before")
    )
    return render_template(
        "schedules/index.html", found=found, state=state, states=(*STATES, "all")
    )


@bp.route("/pages/<uuid:page_id>/schedule", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def new(page_id: uuid.UUID) -> Any:
    page = page_by_id(page_id, current.here.id) or abort(404)
    draft = revision_by_id(page.draft_revision_id, page) or abort(404)
    form = ScheduleForm(zone=current.here.zone, revision=str(draft.id))
    moved_on = form.is_submitted() and form.revision.data != str(draft.id)
    form.revision.data = str(draft.id)
    moment, concerns = _moment(form), []
    if moment is not None and not moved_on:
        concerns = expected(page, form.what.data, draft, moment, current.here, current.person)
    if moment is not None and not moved_on and "confirmed" in request.form:
        try:
            row = schedule(
                page, form.what.data, draft, moment, current.here, by=current.person,
                reason=form.reason.data or "",
            )  # fmt: skip
            keep(row, concerns)
        except (Problem, QuotaReached) as problem:
            add_error(form.wall, str(problem))
        else:
            return _set(row, moment)
    status = 409 if moved_on else 422 if form.errors else 200
    return render_template(
        "schedules/new.html", page=page, draft=draft, form=form, moved_on=moved_on,
        moment=None if form.errors or moved_on else moment, others=open_schedules(page),
        concerns=[] if form.errors else concerns,
    ), status  # fmt: skip


@bp.route("/schedules/<uuid:schedule_id>/move", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def reschedule(schedule_id: uuid.UUID) -> Any:
    row = _schedule(schedule_id)
    form = TimeForm(zone=row.zone if row.zone in zone_names() else current.here.zone)
    moment = _moment(form)
    if moment is not None and "confirmed" in request.form:
        try:
            move(row, moment, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.wall, str(problem))
        else:
            return _set(row, moment)
    status = 422 if form.errors else 200
    return render_template(
        "schedules/move.html", row=row, form=form, moment=None if form.errors else moment
    ), status


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


def _moment(form: TimeForm) -> Moment | None:
    if not form.validate_on_submit() or form.wall.data is None:
        return None
    try:
        return resolve(form.wall.data, form.zone.data, form.chosen_instant())
    except BadTime as problem:
        form.chosen.choices = choices((m.at.isoformat(), m.sentence) for m in problem.choices)
        add_error(form.chosen if problem.choices else form.wall, str(problem))
        return None


def _schedule(schedule_id: uuid.UUID) -> Schedule:
    return schedule_by_id(schedule_id, current.here.id) or abort(404)


def _set(row: Schedule, moment: Moment) -> Response:
    job_id = f"due-{row.id.hex}-{row.moves}"
    after_commit(lambda: wake_at(moment.at, "publish_due", job_id=job_id))
    verb = "Goes live" if row.what == "publish" else "Goes offline"
    flash(f"{verb} {moment.sentence}.", "good")
    return _to_page(row)


def _to_page(row: Schedule) -> Response:
    return redirect(url_for("pages.edit", handle=current.here.handle, page_id=row.page_id))
