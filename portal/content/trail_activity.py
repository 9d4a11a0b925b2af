"""How much happened on each of the last days: a picture of one bounded statement."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, and_, bindparam, func, literal, select, union_all

from portal.content.trail_filters import TrailQuery
from portal.content.trail_places import Places
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.closure import ids_below
from tenants.db import UtcDateTime, db
from tenants.prepared import cut

DAYS = 30
MOST = 500
SPARSE = 3_000
_LAST = f"from_{DAYS}"


@dataclass(frozen=True)
class Day:
    """One bar: how many events, at most MOST (`more` says there were more)."""

    day: date
    count: int
    more: bool


def activity(here: AccountRef, zone: str) -> list[Day]:
    """Return the last 30 days in `zone`, the oldest first, at an account and below it.

    One statement, two below a master, three with many accounts where much happened. Of no day more
    than 501 rows of the index are read, beside `SPARSE` in all where there are many accounts.
    """
    clock = ZoneInfo(zone)
    today = now().astimezone(clock).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    places = Places(here, TrailQuery())
    first = days[0]
    asked = {
        f"from_{number}": datetime.combine(first + timedelta(days=number), time.min, clock)
        for number in range(DAYS + 1)
    }
    found = _found(here, places, asked)
    return [Day(day, min(found[n], MOST), found[n] > MOST) for n, day in enumerate(days)]


def _found(here: AccountRef, places: Places, asked: dict[str, Any]) -> dict[int, int]:
    if places.among is None or places.few is not None:
        return _read(_counts(places.among is not None), asked | {"accounts": places.few or []})
    asked = asked | {"of_account": here.id}
    sparse = _read(_sparse(), asked)
    if sum(sparse.values()) <= SPARSE:
        return dict.fromkeys(range(DAYS), 0) | sparse
    return _read(_counts(True, few=False), asked)


def _read(query: Any, asked: dict[str, Any]) -> dict[int, int]:
    return {row.number: row.events for row in db.session.execute(query, asked)}


@cache
def _sparse() -> Any:
    """Return the statement that asks each of many accounts once, not for each day.

    Where little happens nearly all of the cost is asking. What has more events than `SPARSE` is
    counted day by day, and a day's look ends with enough of them.
    """
    days = _days()
    first, over = bindparam("from_0", type_=UtcDateTime()), bindparam(_LAST, type_=UtcDateTime())
    here = bindparam("of_account", type_=Uuid())
    at = select(AuditEvent.at).where(
        AuditEvent.account_id.in_(ids_below([here])), AuditEvent.at >= first, AuditEvent.at < over
    )
    some = cut(at, SPARSE + 1).subquery("some")
    query = select(days.c.number, func.count().label("events")).join_from(
        some, days, and_(some.c.at >= days.c.start, some.c.at < days.c.over)
    )
    return query.group_by(days.c.number)


@cache
def _counts(some: bool, few: bool = True) -> Any:
    """Return the statement: made once, and with one look for all days, since it is long."""
    days = _days()
    look = select(AuditEvent.id).where(AuditEvent.at >= days.c.start, AuditEvent.at < days.c.over)
    if some:
        look = look.where(AuditEvent.account_id.in_(_accounts(few)))
    look = look.limit(MOST + 1).correlate(days)
    count = select(func.count()).select_from(look.subquery()).correlate(days).scalar_subquery()
    return select(days.c.number, count.label("events"))


def _days() -> Any:
    """Return the days as rows: their numbers, and from when to when they last."""
    return union_all(
        *(
            select(
                literal(number).label("number"),
                bindparam(f"from_{number}", type_=UtcDateTime()).label("start"),
                bindparam(f"from_{number + 1}", type_=UtcDateTime()).label("over"),
            )
            for number in range(DAYS)
        )
    ).subquery("days")


def _accounts(few: bool) -> Any:
    if few:
        return bindparam("accounts", type_=Uuid(), expanding=True)
    return ids_below([bindparam("of_account", type_=Uuid())])
