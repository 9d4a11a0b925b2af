"""Schedules whose time is over, and a scheduler that was heard of, or not."""

from datetime import timedelta

from sqlalchemy import select

from portal.content.schedules import Schedule
from portal.heartbeats import Heartbeat
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.due_scene import scheduled
from tests.fixtures.cast import Cast


def overdue(cast: Cast, title: str = "Menu", by: timedelta = timedelta(seconds=61)) -> Schedule:
    """A schedule that was due so long ago and still waits; committed."""
    row, _ = scheduled(cast, title)
    with acting_in(tenant_scope(row.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        found.due_at = now() - by
        db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()
    return row


def heard(ago: timedelta) -> None:
    """The scheduler was last heard of so long ago; committed."""
    row = db.session.scalar(select(Heartbeat).where(Heartbeat.name == "scheduler"))
    if row is None:
        row = Heartbeat(name="scheduler")
        db.session.add(row)
    row.at = now() - ago
    db.session.commit()
    db.session.remove()


def marks(cast: Cast) -> list[str]:
    """Titles of what is marked as missed."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        query = select(Schedule.page_title).where(Schedule.missed_at.is_not(None))
        return sorted(db.session.scalars(query))
