"""What a restored backup says is due although its moment may have come before: held for people."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, union, update

from portal.content.missing import Timed
from portal.content.notifications import Notification
from portal.content.release_ends import tell
from portal.content.releases import Release, items_of
from portal.content.schedules import Schedule, is_pending
from tenants.audit import record
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.events import Event
from tenants.telling import Telling, record_each

BATCH = 1000


def tenants_with_past(moment: datetime) -> list[uuid.UUID]:
    """Return the tenants where something waits that was due by then. One statement."""
    kinds: tuple[Timed, ...] = (Schedule, Release)
    parts = (select(kind.tenant_id).where(*_was_due(kind, moment)) for kind in kinds)
    return sorted(db.session.scalars(union(*parts)))


def hold_schedules(moment: datetime, cause: str) -> int:
    """Hold what the scope's tenant has due by then, BATCH at most; recorded. Return how many.

    Whose right they stand on, and who can decide, is told as of anything that is held.
    """
    columns = Schedule.id, Schedule.account_id, Schedule.page_title, Schedule.what, Schedule.due_at
    query = select(*columns).where(*_was_due(Schedule, moment))
    query = query.order_by(Schedule.due_at, Schedule.id).limit(BATCH)
    rows: Sequence[Any] = db.session.execute(query.with_for_update()).all()
    if rows:
        told_by = record_each([_telling(row, cause) for row in rows])
        statement = update(Schedule).where(Schedule.id.in_([row.id for row in rows]))
        db.session.execute(
            statement.values(state="held", cause=cause, next_try_at=None),
            execution_options={"told_by": told_by, "synchronize_session": False},
        )
    return len(rows)


def hold_releases(moment: datetime, cause: str) -> int:
    """Hold the releases that the scope's tenant has due by then; recorded and told of."""
    query = select(Release).where(*_was_due(Release, moment)).order_by(Release.due_at)
    rows = list(db.session.scalars(query.with_for_update()))
    for row in rows:
        row.state, row.cause, row.next_try_at = "held", cause, None
        due = row.due_at.isoformat() if row.due_at else ""
        record(Event.RELEASE_HELD, row, by=SYSTEM, outcome="failed", due=due, cause=cause)
        tell(row, items_of(row), f"The release “{row.name}” is held: {cause}")
    return len(rows)


def mail_nothing_again(moment: datetime) -> None:
    """Have no mail written about what people were told by then: it may have left already.

    The notices stay where they are. For a transaction across tenants.
    """
    old = Notification.mailed_at.is_(None), Notification.created_at <= moment
    db.session.execute(
        update(Notification).where(*old).values(mailed_at=moment),
        execution_options={"synchronize_session": False},
    )


def _was_due(kind: Timed, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return is_pending(kind), kind.due_at <= moment


def _telling(row: Any, cause: str) -> Telling:
    return Telling(
        Event.SCHEDULE_HELD, "schedule", row.id, row.page_title, row.account_id, SYSTEM,
        changes={"state": ["pending", "held"]},
        facts={"what": row.what, "due": row.due_at.isoformat(), "cause": cause},
    )  # fmt: skip
