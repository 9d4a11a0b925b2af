"""Whether the machinery runs: scheduler, workers, queue, mail, schema."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from alembic.script import ScriptDirectory
from flask_admin import expose
from redis.exceptions import RedisError
from rq.registry import FailedJobRegistry, ScheduledJobRegistry, StartedJobRegistry
from sqlalchemy import select, text

from portal.config import ROOT
from portal.content.schedules import STUCK, Schedule, is_pending
from portal.heartbeats import SILENT_AFTER, Heartbeat
from portal.jobs.queue import queue
from portal.outbox import OutboxMail
from portal.staff.beside import count
from portal.staff.cells import Cell
from portal.staff.doorway import Doorway
from tenants.clock import database_now
from tenants.db import db

LATE_AFTER = timedelta(seconds=10)
BEATS_SHOWN = 50
LAST_SEEN = timedelta(days=1)


class Health(Doorway):
    """What runs in the background, and what waits there."""

    needs = ()
    words = "the state of jobs"

    @expose("/")
    def show(self) -> str:
        """Show it as it is now."""
        return self.page(
            "admin/health.html", beats=beats(), tiles=[*_queue(), *_mail(), *_schedules()],
            schema=_schema(),
        )  # fmt: skip


def beats() -> list[tuple[str, Any, Cell]]:
    """Return each part and process heard of lately, when, and whether it lives."""
    at = database_now(db.session())
    rows = db.session.scalars(
        select(Heartbeat)
        .where((Heartbeat.at > at - LAST_SEEN) | (Heartbeat.name == "scheduler"))
        .order_by(Heartbeat.name)
        .limit(BEATS_SHOWN)
    )
    found: dict[str, datetime | None] = {row.name: row.at for row in rows}
    found.setdefault("scheduler", None)
    return [(name, seen, _alive(seen, at)) for name, seen in sorted(found.items())]


def _alive(seen: Any, at: Any) -> Cell:
    if seen is None:
        return Cell("Never seen", tone="bad")
    return Cell("Alive", tone="good") if at - seen <= SILENT_AFTER else Cell("Silent", tone="bad")


def _queue() -> list[dict[str, Any]]:
    try:
        line = queue()
        waiting = line.count
        running, later, failed = (
            registry(queue=line).get_job_count(cleanup=False)
            for registry in (StartedJobRegistry, ScheduledJobRegistry, FailedJobRegistry)
        )
    except (RedisError, OSError):
        return [_tile("Queue", "Out of reach", "Redis does not answer; what is due is kept", "bad")]
    return [
        _tile("Jobs waiting", waiting, f"{running} running, {later} for later"),
        _tile("Jobs failed", failed, "in the last 7 days", "bad" if failed else ""),
    ]


def _mail() -> list[dict[str, Any]]:
    unsent = select(OutboxMail.id).where(OutboxMail.sent_at.is_(None))
    waiting = count(unsent.where(OutboxMail.dead_at.is_(None)))
    dead = count(unsent.where(OutboxMail.dead_at.is_not(None)))
    return [
        _tile("Mail waiting", waiting),
        _tile("Mail given up", dead, "after its last attempt", "" if dead == "0" else "bad"),
    ]


def _schedules() -> list[dict[str, Any]]:
    late = database_now(db.session()) - LATE_AFTER
    overdue = count(select(Schedule.id).where(is_pending(Schedule), Schedule.due_at < late))
    held = count(select(Schedule.id).where(Schedule.state.in_(STUCK)))
    return [
        _tile("Overdue schedules", overdue, "by over 10 s", "" if overdue == "0" else "bad"),
        _tile("Held schedules", held, "wait for a person", "" if held == "0" else "warn"),
    ]


def _schema() -> Cell:
    version = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version == newest():
        return Cell("Up to date", tone="good", note=str(version))
    return Cell("Out of date", tone="bad", note=f"{version}, not {newest()}: run flask migrate")


@cache
def newest() -> str | None:
    """Return the newest migration this code has."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def _tile(label: str, value: Any, hint: str = "", tone: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "hint": hint, "tone": tone}
