"""What is scheduled into a freeze: shown beforehand, and moved by nobody but a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.content.planned import Planned, Sight, planned
from portal.content.schedules import Schedule
from tenants.db import db

SHOWN, COUNTED = 25, 1000


@dataclass(frozen=True)
class Inside:
    """The first of them, and how many there are: counted up to 1,000."""

    first: list[Planned]
    number: int

    @property
    def more(self) -> int:
        """Return how many are not among the first."""
        return self.number - len(self.first)


def inside(sight: Sight, since: datetime, until: datetime, *, everywhere: bool = False) -> Inside:
    """Return what waits at an account and below for a time from `since` to before `until` (UTC).

    Two statements. `everywhere` is for the house, across all tenants.
    """
    within = Schedule.state == "pending", Schedule.due_at >= since, Schedule.due_at < until
    query = (sight.query_everywhere() if everywhere else sight.query()).where(*within)
    ordered = query.order_by(Schedule.due_at, Schedule.id).limit(SHOWN)
    first = planned(db.session.execute(ordered).all())
    counted = query.with_only_columns(Schedule.id).limit(COUNTED).subquery()
    number = db.session.scalar(select(func.count()).select_from(counted)) or 0
    return Inside(first, number)
