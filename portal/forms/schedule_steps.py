"""What a form about times asks for, made instants; what cannot be is put to the editor."""

from datetime import date, datetime, time
from typing import Any

from flask import request

from portal.content.moments import Moment
from portal.content.problems import BadTime
from portal.content.releases import Release
from portal.content.schedules import Schedule
from portal.content.scheduling import asked_moment
from portal.forms.base import add_error, choices
from portal.forms.schedules import ScheduleForm, TimeForm
from portal.requests import current
from portal.times import zone

Step = tuple[Any, Moment]
VERBS = {"publish": "Goes live", "unpublish": "Goes offline"}
MORNING = time(9)


def asked_day(row: Schedule | Release | None = None) -> dict[str, Any]:
    """Return what a day in the address (`on`) fills in: the row's time of day there, or nine.

    A day is one of the zone in the address (`by`), as a calendar shows it; the row keeps its own.
    Without a day, a row that has a time fills in that.
    """
    try:
        if row is not None and row.due_at is not None and "on" not in request.args:
            return {"wall": row.due_at.astimezone(zone(row.zone)).replace(tzinfo=None, fold=0)}
        day = date.fromisoformat(request.args.get("on", ""))
        if row is None or row.due_at is None:
            return {"wall": datetime.combine(day, MORNING)}
        shown, own = zone(request.args.get("by") or row.zone), zone(row.zone)
        at = datetime.combine(day, row.due_at.astimezone(shown).time(), shown)
        return {"wall": at.astimezone(own).replace(tzinfo=None, fold=0)}
    except (ValueError, OverflowError):
        return {}


def moment_of(form: TimeForm) -> Moment | None:
    """Return the moment a form asks for, or None with what is wrong beside the field."""
    return _moment(form, form.wall, form.chosen, form.chosen_instant())


def steps_of(form: ScheduleForm) -> list[Step]:
    """Return what a form asks to happen, in order; empty with what is wrong beside the fields."""
    first = moment_of(form)
    if form.what.data != "window":
        return [(form.what.data, first)] if first else []
    last = _moment(form, form.wall_end, form.chosen_end, form.chosen_end_instant())
    if first is None or last is None:
        return []
    if last.at <= first.at:
        add_error(form.wall_end, "It would go offline before it goes live. Choose a later end.")
        return []
    return [("publish", first), ("unpublish", last)]


def in_words(steps: list[Step]) -> list[tuple[str, Moment]]:
    """Return the steps with the verb that people read."""
    return [(VERBS[what], moment) for what, moment in steps]


def _moment(form: TimeForm, wall: Any, picked: Any, instant: datetime | None) -> Moment | None:
    if wall.data is None:
        return None
    try:
        return asked_moment(current.here, wall.data, form.zone.data, instant)
    except BadTime as problem:
        show_bad_time(problem, wall, picked)
        return None


def show_bad_time(problem: BadTime, wall: Any, picked: Any) -> None:
    """Show why a time cannot be had, beside its field or with what can be chosen instead."""
    picked.choices = choices((m.at.isoformat(), m.sentence) for m in problem.choices)
    add_error(picked if problem.choices else wall, str(problem))
