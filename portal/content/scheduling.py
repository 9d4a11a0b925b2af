"""Asking for something to happen to a page later: scheduled, moved, cancelled."""

import uuid
from datetime import datetime
from typing import get_args

from sqlalchemy import select

from portal.content.addresses import address_of, refuse_taken
from portal.content.approvals import require_approvals
from portal.content.content_types import definition_of
from portal.content.freezing import refuse_frozen_moment
from portal.content.holding import hold
from portal.content.moments import Moment, resolve
from portal.content.pages import Page, Revision, page_by_id, revision_by_id
from portal.content.problems import BadTime, Problem
from portal.content.readiness import refuse_unready
from portal.content.schedules import MOST_LATE_MINUTES, OPEN, Late, LatePolicy, Schedule, What
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.limiting import take
from tenants.permissions import Permission
from tenants.quotas import Resource

YEARS_AHEAD = 10
MOST_AHEAD = 100


def schedule(
    page: Page, what: What, revision: Revision | None, moment: Moment, account: AccountRef, *,
    by: Actor, reason: str = "", late: Late | None = None,
) -> Schedule:  # fmt: skip
    """Schedule `revision` to go live, or the page to go offline, at a moment. Recorded.

    `by` answers for it: his right to publish is asked for again at the due moment. Raises Denied,
    BadTime when the moment has passed, NotReady, NotApproved, Problem when it could not be carried
    out even now or the very same is scheduled already, and QuotaReached.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    refuse_bad_moment(moment, account)
    hold(page)
    _refuse_again(page, what, revision, moment)
    _refuse_many(page)
    take(Resource.SCHEDULES, account, by=by)
    if what == "publish":
        if revision is None:
            raise Problem("There is nothing saved to publish yet.")
        refuse_unready(page, revision)
        require_approvals(page, revision, account)
        if definition_of(page.type, page.tenant_id).stands != "nowhere":
            refuse_taken(page, address_of(page, revision.slug, revision.parent_id))
    row = Schedule(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
        page_title=page.title, what=what, state="pending",
        revision_id=revision.id if revision and what == "publish" else None,
        revision_digest=revision.digest if revision and what == "publish" else None,
        approver_id=by.person_id, approver_label=by.label,
        **time_fields(moment), **_late_fields(late or Late()),
    )  # fmt: skip
    db.session.add(row)
    record(
        Event.SCHEDULE_MADE, row, by=by, reason=reason, what=what,
        due=moment.at.isoformat(), sentence=moment.sentence,
    )  # fmt: skip
    return row


def move(
    row: Schedule, moment: Moment, account: AccountRef, *, by: Actor, reason: str = "",
    late: Late | None = None,
) -> None:  # fmt: skip
    """Give a waiting schedule another moment; it keeps its id and its text. Recorded.

    A held one waits again. `late` replaces what was to happen when it is late. Raises Denied,
    BadTime, NotApproved, and Problem when it is done or cancelled.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    refuse_bad_moment(moment, account)
    lock_open(row)
    _refuse_unapproved(row, account)
    told = {**time_fields(moment), **(_late_fields(late) if late else {})}
    for name, value in told.items():
        setattr(row, name, value)
    row.state, row.cause = "pending", ""
    row.attempts, row.next_try_at, row.missed_at, row.told_at = 0, None, None, None
    row.checked_at, row.problems, row.rules_at = None, [], None
    row.moves += 1
    row.approver_id, row.approver_label = by.person_id, by.label
    record(
        Event.SCHEDULE_MOVED, row, by=by, reason=reason, what=row.what,
        due=moment.at.isoformat(), sentence=moment.sentence,
    )  # fmt: skip


def cancel(row: Schedule, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Cancel a waiting or held schedule. Recorded. Raises Denied and Problem."""
    authorize(by, Permission.PAGE_PUBLISH, account)
    lock_open(row)
    row.state = "cancelled"
    record(
        Event.SCHEDULE_CANCELLED, row, by=by, reason=reason, what=row.what,
        due=row.due_at.isoformat(),
    )  # fmt: skip


def asked_moment(
    account: AccountRef, wall: datetime, zone: str, chosen: datetime | None = None
) -> Moment:
    """Return the instant meant by a wall time at which something can be scheduled.

    `chosen` is an instant picked among those that a BadTime offered. Raises BadTime.
    """
    moment = resolve(wall, zone, chosen)
    try:
        refuse_bad_moment(moment, account)
    except BadTime as problem:
        offered = next((each for each in problem.choices if each.at == chosen), None)
        if offered is None:
            raise
        return offered
    return moment


def schedule_by_id(schedule_id: uuid.UUID, account_id: uuid.UUID) -> Schedule | None:
    """Return the account's schedule with this id if it is inside the scope, else None."""
    return db.session.scalar(
        select(Schedule).where(Schedule.id == schedule_id, Schedule.account_id == account_id)
    )


def open_schedules(page: Page) -> list[Schedule]:
    """Return what still waits or is held for a page, the next due first."""
    return list(
        db.session.scalars(
            select(Schedule)
            .where(Schedule.page_id == page.id, Schedule.state.in_(OPEN))
            .order_by(Schedule.due_at, Schedule.id)
        )
    )


def refuse_bad_moment(moment: Moment, account: AccountRef) -> None:
    """Raise BadTime when nothing can be scheduled for then: over, too far, or in a freeze."""
    moment_now: datetime = database_now(db.session())
    if moment.at <= moment_now:
        raise BadTime("This time has passed already. Choose a later one, or publish now.")
    if moment.at.year > moment_now.year + YEARS_AHEAD:
        raise BadTime(f"Choose a time within the next {YEARS_AHEAD} years.")
    refuse_frozen_moment(account, moment)


def _refuse_many(page: Page) -> None:
    """Refuse more than can be looked over: a page shows all its times at once. The page is held."""
    ahead = select(Schedule.id).where(Schedule.page_id == page.id, Schedule.state.in_(OPEN))
    if len(db.session.scalars(ahead.limit(MOST_AHEAD)).all()) >= MOST_AHEAD:
        raise Problem(f"This page has {MOST_AHEAD} times ahead of it. Cancel some first.")


def _refuse_again(page: Page, what: What, revision: Revision | None, moment: Moment) -> None:
    """Refuse the very same once more, as when a button is pressed twice. The page is held."""
    same = select(Schedule.id).where(
        Schedule.page_id == page.id, Schedule.what == what, Schedule.due_at == moment.at,
        Schedule.state.in_(OPEN),
    )  # fmt: skip
    if what == "publish":
        same = same.where(Schedule.revision_id == (revision.id if revision else None))
    if db.session.scalar(same.limit(1)):
        raise Problem("Just this is scheduled for that time already. It stands in the queue.")


def _refuse_unapproved(row: Schedule, account: AccountRef) -> None:
    page = page_by_id(row.page_id, account.id) if row.what == "publish" else None
    revision = revision_by_id(row.revision_id, page) if page else None
    if page is not None and revision is not None:
        require_approvals(page, revision, account)


def time_fields(moment: Moment) -> dict[str, object]:
    """Return the columns of a schedule that say when."""
    return {
        "due_at": moment.at,
        "wall_time": moment.wall.isoformat(timespec="seconds"),
        "zone": moment.zone,
        "offset_minutes": round(moment.offset.total_seconds() / 60),
    }


def _late_fields(late: Late) -> dict[str, object]:
    if late.policy not in get_args(LatePolicy) or not 1 <= late.minutes <= MOST_LATE_MINUTES:
        raise Problem(f"Say how many minutes late is too late: 1 to {MOST_LATE_MINUTES:,}.")
    return {"late_policy": late.policy, "late_minutes": late.minutes}


def lock_open(row: Schedule) -> None:
    """Hold the row until the transaction ends. Raises Problem when it is over already."""
    db.session.flush()
    db.session.refresh(row, with_for_update=True)
    if row.state not in OPEN:
        raise Problem(f"This is {row.state} already, so it cannot be changed any more.")
