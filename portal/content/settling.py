"""Settling what a time means after the rules of its zone were changed: the instant, or the clock.

`Schedule.rules_at` says that the wall time somebody asked for is another instant by today's rules.
Nothing moves by itself: until a person decides, the instant that was confirmed holds.
"""

from portal.content.moments import Moment, moment_at
from portal.content.problems import Problem
from portal.content.schedules import Schedule
from portal.content.scheduling import lock_open, move, time_fields
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission


def kept_instant(row: Schedule) -> Moment:
    """Return the instant that was confirmed, as clocks in its zone show it by today's rules."""
    return moment_at(row.due_at, row.zone)


def wall_instant(row: Schedule) -> Moment | None:
    """Return the instant at which clocks show the time that was asked for, or None if that is it.

    By the rules of the zone when they were last looked at.
    """
    return moment_at(row.rules_at, row.zone) if row.rules_at else None


def keep_instant(row: Schedule, account: AccountRef, *, by: Actor) -> None:
    """Have the confirmed instant hold, whatever clocks show then. Recorded.

    Raises Denied, and Problem when there is nothing to settle.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    _lock_unsettled(row)
    moment = kept_instant(row)
    for name, value in time_fields(moment).items():
        setattr(row, name, value)
    row.rules_at = None
    record(
        Event.SCHEDULE_KEPT, row, by=by, what=row.what, due=row.due_at.isoformat(),
        sentence=moment.sentence,
    )  # fmt: skip


def move_to_wall(row: Schedule, account: AccountRef, *, by: Actor) -> None:
    """Move a schedule to the instant at which clocks show the time asked for. Recorded.

    Raises as `move`, and Problem when there is nothing to settle.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    _lock_unsettled(row)
    moment = wall_instant(row)
    if moment is not None:
        move(row, moment, account, by=by, reason="The rules of the time zone were changed.")


def _lock_unsettled(row: Schedule) -> None:
    lock_open(row)
    if row.rules_at is None:
        raise Problem("This is settled already: its time means what it says.")
