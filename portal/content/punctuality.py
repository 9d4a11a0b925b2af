"""How punctual the portal was: the delays of what it carried out lately, and their picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from math import ceil, log10
from zoneinfo import ZoneInfo

from portal.content.planned import Sight
from portal.content.schedules import Schedule
from tenants.clock import now
from tenants.db import db

DAYS, MOST = 30, 200
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 180, 52, 22, 8
TICKS = ((0.01, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (60, "1 min"),
         (600, "10 min"), (3600, "1 h"), (86_400, "1 day"))  # fmt: skip


@dataclass(frozen=True)
class Day:
    """A day's delays, in seconds."""

    day: str
    number: int
    median: float
    slowest: float


@dataclass(frozen=True)
class Mark:
    """A line of the picture with what it says."""

    y: float
    label: str


@dataclass(frozen=True)
class Picture:
    """Delays in seconds, the oldest due first, and where they stand in a picture of 720 × 180."""

    delays: tuple[float, ...]
    dots: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    days: tuple[Day, ...]
    first: datetime | None = None
    last: datetime | None = None

    def percentile(self, share: int) -> float:
        """Return the delay in seconds that `share` per cent kept within."""
        return percentile(self.delays, share)


def punctuality(sight: Sight) -> Picture:
    """Return the last 200 that the portal carried out by itself within 30 days. One statement."""
    query = sight.query().with_only_columns(Schedule.due_at, Schedule.done_at)
    query = query.where(
        Schedule.state == "done", Schedule.run_by_label == "", Schedule.done_at.is_not(None),
        Schedule.due_at >= now() - timedelta(days=DAYS),
    )  # fmt: skip
    found = db.session.execute(query.order_by(Schedule.due_at.desc()).limit(MOST)).all()
    return picture([(due, done) for due, done in reversed(found) if done], sight.account.zone)


def picture(pairs: Sequence[tuple[datetime, datetime]], zone: str) -> Picture:
    """Return the picture of due and done instants (UTC), the oldest due first; days of `zone`."""
    if not pairs:
        return Picture((), (), (), ())
    delays = tuple(max((done - due).total_seconds(), 0.0) for due, done in pairs)
    top = max(*delays, 10.0)
    shown = [t for t in TICKS if t[0] <= top]
    above = TICKS[len(shown)][0] if len(shown) < len(TICKS) else top
    scale = _Scale(TICKS[0][0], max(above, top))
    step = (WIDTH - LEFT - 16) / max(len(delays) - 1, 1)
    dots = tuple(
        (round(LEFT + 8 + number * step, 1), scale.y(delay)) for number, delay in enumerate(delays)
    )
    marks = tuple(Mark(scale.y(seconds), label) for seconds, label in shown)
    days = _days(pairs, delays, zone)
    return Picture(delays, dots, marks, days, pairs[0][0], pairs[-1][0])


def percentile(values: Sequence[float], share: int) -> float:
    """Return the smallest value that at least `share` per cent of all do not exceed."""
    return sorted(values)[max(ceil(len(values) * share / 100), 1) - 1]


@dataclass(frozen=True)
class _Scale:
    lowest: float
    highest: float

    def y(self, seconds: float) -> float:
        held = min(max(seconds, self.lowest), self.highest)
        share = log10(held / self.lowest) / log10(self.highest / self.lowest)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def _days(
    pairs: Sequence[tuple[datetime, datetime]], delays: Sequence[float], zone: str
) -> tuple[Day, ...]:
    place = ZoneInfo(zone)
    dated = zip((due.astimezone(place).date() for due, _done in pairs), delays, strict=True)
    found = []
    for day, group in groupby(dated, key=lambda each: each[0]):
        values = [delay for _day, delay in group]
        found.append(Day(f"{day:%-d %b %Y}", len(values), percentile(values, 50), max(values)))
    return tuple(reversed(found))
