"""How much happened on each of the last days: a picture of one bounded statement."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.content.trail_filters import TrailQuery
from portal.content.trail_places import Places
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db

DAYS = 30
MOST = 500


@dataclass(frozen=True)
class Day:
    """One bar: how many events, at most MOST (`more` says there were more)."""

    day: date
    count: int
    more: bool


def activity(here: AccountRef, zone: str) -> list[Day]:
    """Return the last 30 days in `zone`, the oldest first, at an account and below.

    One statement, two below a master; of no day more than 501 rows of the index are read.
    """
    clock = ZoneInfo(zone)
    today = now().astimezone(clock).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    places = Places(here, TrailQuery())
    row = db.session.execute(select(*(_count(places, day, clock) for day in days))).one()
    return [Day(day, min(count, MOST), count > MOST) for day, count in zip(days, row, strict=True)]


def _count(places: Places, day: date, clock: ZoneInfo) -> Any:
    start = datetime.combine(day, time.min, clock)
    end = datetime.combine(day + timedelta(days=1), time.min, clock)
    query = select(AuditEvent.id).where(AuditEvent.at >= start, AuditEvent.at < end)
    if places.among is not None:
        query = query.where(AuditEvent.account_id.in_(places.among_them()))
    limited = query.limit(MOST + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()
