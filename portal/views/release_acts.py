"""When a release goes: at a time, now, not at all; and taking it back."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.moments import Moment
from portal.content.problems import BadTime, Problem
from portal.content.release_looks import NotTogether
from portal.content.release_run import run_now
from portal.content.release_undoing import steps_of, undo_release
from portal.content.release_warnings import Look
from portal.content.releases import Release, lines_of, release_by_id
from portal.content.releasing import asked_moment, cancel_release, schedule_release
from portal.forms.base import add_error, choices
from portal.forms.calendar_return import calendar_again, carried
from portal.forms.pages import ReasonForm
from portal.forms.releases import RunForm, UndoForm, WhenForm
from portal.forms.schedule_steps import asked_day
from portal.guards import permission
from portal.jobs.queue import wake_at
from portal.requests import after_commit, current
from portal.times import zone_names
from tenants.db import db
from tenants.decisions import can
from tenants.permissions import Permission as P

bp = Blueprint("release_acts", __name__, url_prefix="/a/<handle>/releases/<uuid:release_id>")


@bp.route("/schedule", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def schedule(release_id: uuid.UUID) -> Any:
    release = _release(release_id)
    form = WhenForm(
        zone=release.zone if release.zone in zone_names() else current.here.zone,
        late_policy=release.late_policy, late_minutes=release.late_minutes, **asked_day(release),
    )  # fmt: skip
    moment, look = _moment(release, form), None
    if moment is not None and "confirmed" in request.form:
        try:
            schedule_release(
                release, moment, current.here, by=current.person, reason=form.reason.data or "",
                late_policy=form.late.policy, late_minutes=form.late.minutes,
            )  # fmt: skip
        except Problem as problem:
            look = _taken_back(problem)
            release = _release(release_id)
            add_error(form.wall, str(problem))
        else:
            return _set(release, moment)
    status = 422 if form.errors else 200
    return render_template(
        "releases/when.html", release=release, form=form, look=look, **_lines(release),
        moment=None if form.errors else moment, carried=carried(),
        back=calendar_again(release.id, release.due_at) if release.due_at else None,
    ), status  # fmt: skip


@bp.route("/publish", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def publish(release_id: uuid.UUID) -> Any:
    release, form, look = _release(release_id), RunForm(), None
    if form.validate_on_submit():
        try:
            run_now(release, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            look = _taken_back(problem)
            release = _release(release_id)
            add_error(form.reason, str(problem))
        else:
            flash("All of it is out, at one instant.", "good")
            return _back(release)
    status = 422 if form.is_submitted() else 200
    return render_template(
        "releases/publish.html", release=release, form=form, look=look, **_lines(release)
    ), status


@bp.route("/cancel", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def cancel(release_id: uuid.UUID) -> Any:
    release, form = _release(release_id), ReasonForm()
    if form.validate_on_submit():
        try:
            cancel_release(release, current.here, by=current.person, reason=form.reason.data or "")
        except Problem as problem:
            add_error(form.reason, str(problem))
        else:
            flash("Cancelled. Its pages stay as they are.", "good")
            return _back(release)
    status = 422 if form.is_submitted() else 200
    return render_template("releases/cancel.html", release=release, form=form), status


@bp.route("/undo", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def undo(release_id: uuid.UUID) -> Any:
    release, form = _release(release_id), UndoForm()
    if form.validate_on_submit():
        try:
            undo_release(
                release, current.here, by=current.person, reason=form.reason.data or "",
                leave_changed=form.leave_changed.data,
            )  # fmt: skip
        except Problem as problem:
            db.session.rollback()
            release = _release(release_id)
            add_error(form.reason, str(problem))
        else:
            flash("Undone. Readers get what they got before.", "good")
            return _back(release)
    status = 422 if form.is_submitted() else 200
    return render_template(
        "releases/undo.html", release=release, form=form, steps=steps_of(release), **_lines(release)
    ), status


def _lines(release: Release) -> dict[str, Any]:
    """Return the items, and the ids of the accounts whose titles may be shown to the person."""
    lines = lines_of(release)
    accounts = {line.account.id: line.account for line in lines}
    readable = {
        str(account.id)
        for account in accounts.values()
        if can(current.person, P.PAGE_VIEW, account).allowed
    }
    return {"lines": lines, "readable": readable}


def _moment(release: Release, form: WhenForm) -> Moment | None:
    if not form.validate_on_submit() or form.wall.data is None:
        return None
    try:
        chosen = form.chosen_instant()
        return asked_moment(release, current.here, form.wall.data, form.zone.data, chosen)
    except BadTime as problem:
        form.chosen.choices = choices((m.at.isoformat(), m.sentence) for m in problem.choices)
        add_error(form.chosen if problem.choices else form.wall, str(problem))
        return None


def _taken_back(problem: Problem) -> Look | None:
    """Keep nothing of what was tried; return what was found."""
    db.session.rollback()
    return problem.look if isinstance(problem, NotTogether) else None


def _set(release: Release, moment: Moment) -> Response:
    job_id = f"release-{release.id.hex}-{release.moves}"
    after_commit(lambda: wake_at(moment.at, "carry_out_releases", job_id=job_id))
    flash(f"The release goes out {moment.sentence}.", "good")
    back = calendar_again(release.id, moment.at)
    return redirect(back, 303) if back else _back(release)


def _release(release_id: uuid.UUID) -> Release:
    return release_by_id(release_id, current.here.id) or abort(404)


def _back(release: Release) -> Response:
    return redirect(
        url_for("releases.show", handle=current.here.handle, release_id=release.id), 303
    )
