"""The calendar: what is to happen on which day, the first few of each day and how many more."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import case, func

from portal.content.freezing import FreezeRef, freezes_between
from portal.content.planned import Planned, Sight
from portal.content.queue_filters import GROUPS, day_start
from portal.content.releases import Release, releases_between
from portal.content.schedules import OPEN, Schedule
from tenants.db import db

Kind = Literal["month", "week", "agenda"]
PER_DAY: dict[Kind, int] = {"month": 4, "week": 25, "agenda": 25}
AGENDA_DAYS = 31


@dataclass(frozen=True)
class Item:
    """A schedule in a day, at its time of day on the calendar's clock."""

    planned: Planned
    at: datetime

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be moved."""
        return self.planned.row.state in OPEN


@dataclass
class DayCell:
    """A day with its first items; `number` is how many there are in all."""

    day: date
    items: list[Item] = field(default_factory=list)
    number: int = 0
    freezes: list[FreezeRef] = field(default_factory=list)
    releases: list[tuple[datetime, Release]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to show."""
        return not (self.number or self.freezes or self.releases)

    @property
    def more(self) -> int:
        """Return how many are not among the items."""
        return self.number - len(self.items)


@dataclass(frozen=True)
class Calendar:
    """Days in order, in a zone, with what surrounds them."""

    kind: Kind
    day: date
    zone: str
    today: date
    cells: list[DayCell]

    @property
    def weeks(self) -> list[list[DayCell]]:
        """Return the days by sevens."""
        return [self.cells[start : start + 7] for start in range(0, len(self.cells), 7)]

    @property
    def before(self) -> date:
        """Return a day of the stretch before this one."""
        return _shift(self.kind, self.day, -1)

    @property
    def after(self) -> date:
        """Return a day of the stretch after this one."""
        return _shift(self.kind, self.day, 1)

    @property
    def title(self) -> str:
        """Return which stretch of time this is, e.g. `March 2026`."""
        first, last = self.cells[0].day, self.cells[-1].day
        if self.kind == "month":
            return f"{self.day:%B %Y}"
        return f"{first:%-d %B} to {last:%-d %B %Y}"


def calendar_of(sight: Sight, kind: Kind, day: date, zone: str, now: datetime) -> Calendar:
    """Return the month, the week, or the 31 days from a day on. Three statements."""
    cells = [DayCell(each) for each in _days(kind, day)]
    bounds = [day_start(c.day, zone) for c in cells]
    bounds.append(day_start(cells[-1].day + timedelta(days=1), zone))
    _fill(cells, bounds, sight, PER_DAY[kind], ZoneInfo(zone))
    below = sight.reach if sight.below else None
    for freeze in freezes_between(sight.account, bounds[0], bounds[-1], below):
        for cell, start, end in zip(cells, bounds, bounds[1:], strict=False):
            if freeze.since < end and freeze.until > start:
                cell.freezes.append(freeze)
    for release in releases_between(sight.account.id, bounds[0], bounds[-1]):
        if release.due_at is not None:
            cell = cells[bisect_right(bounds, release.due_at) - 1]
            cell.releases.append((release.due_at.astimezone(ZoneInfo(zone)), release))
    return Calendar(kind, day, zone, now.astimezone(ZoneInfo(zone)).date(), cells)


def _fill(
    cells: list[DayCell], bounds: Sequence[datetime], sight: Sight, most: int, place: ZoneInfo
) -> None:
    """Put the first `most` of each day into its cell. One statement, however many there are."""
    number = case(*((Schedule.due_at < end, n) for n, end in enumerate(bounds[1:])))
    found = (
        sight.query()
        .with_only_columns(
            Schedule.id, number.label("day"),
            func.row_number().over(partition_by=number, order_by=(Schedule.due_at, Schedule.id))
            .label("place"),
            func.count().over(partition_by=number).label("number"),
        )
        .where(Schedule.due_at >= bounds[0], Schedule.due_at < bounds[-1])
        .where(Schedule.state.in_(GROUPS["standing"]))
        .subquery()
    )  # fmt: skip
    query = sight.query().add_columns(found.c.day, found.c.number)
    query = query.join(found, found.c.id == Schedule.id).where(found.c.place <= most)
    rows: Any = db.session.execute(query.order_by(Schedule.due_at, Schedule.id)).all()
    for row, name, handle, shown, day, total in rows:
        each = Planned(row, name or "", handle or "", bool(shown))
        cells[day].items.append(Item(each, row.due_at.astimezone(place)))
        cells[day].number = total


def _days(kind: Kind, day: date) -> list[date]:
    if kind == "agenda":
        return [day + timedelta(days=n) for n in range(AGENDA_DAYS)]
    first = day.replace(day=1) if kind == "month" else day
    start = first - timedelta(days=first.weekday())
    if kind == "week":
        return [start + timedelta(days=n) for n in range(7)]
    end = _shift("month", first, 1)
    weeks = -(-(end - start).days // 7)
    return [start + timedelta(days=n) for n in range(7 * weeks)]


def _shift(kind: Kind, day: date, by: int) -> date:
    if kind == "week":
        return day + timedelta(days=7 * by)
    if kind == "agenda":
        return day + timedelta(days=AGENDA_DAYS * by)
    month = day.year * 12 + day.month - 1 + by
    return date(month // 12, month % 12 + 1, 1)
