"""How much happened on each of the last days: a picture of one bounded statement."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
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
from tenants.closure import ids_below, is_below
from tenants.db import UtcDateTime, db
from tenants.prepared import by_key, cut, keys_alone
from tenants.scope_conditions import TENANT

DAYS = 30
MOST = 500
NEAR, SPARSE = 500, DAYS * MOST
_LAST = f"from_{DAYS}"


@dataclass(frozen=True)
class Day:
    """One bar: how many events, at most MOST (`more` says there were more)."""

    day: date
    count: int
    more: bool


def activity(here: AccountRef, zone: str) -> list[Day]:
    """Return the last 30 days in `zone`, the oldest first, at an account and below it.

    One statement, two below a master; with many accounts one more where much happened in their
    tenant, and two where much did in them. Of no day more than 501 rows of the index are read,
    beside `NEAR` and `SPARSE` in all where there are many accounts.
    """
    clock = ZoneInfo(zone)
    today = now().astimezone(clock).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    with keys_alone():  # as what comes before and after it: the mode need not change
        places = Places(here, TrailQuery())
    first = days[0]
    asked = {
        f"from_{number}": datetime.combine(first + timedelta(days=number), time.min, clock)
        for number in range(DAYS + 1)
    }
    found = _found(here, places, asked)
    numbers = [found.get(number, 0) for number in range(DAYS)]
    return [Day(day, min(n, MOST), n > MOST) for day, n in zip(days, numbers, strict=True)]


def _found(here: AccountRef, places: Places, asked: dict[str, Any]) -> Mapping[int, int]:
    if places.among is None or places.few is not None:
        return _read(_counts(places.among is not None), asked | {"accounts": places.few or []})
    asked = asked | {"of_account": here.id}
    rows = db.session.execute(_near(), asked).all()
    moments = [row.at for row in rows if row.at is not None]
    if rows[0].walked > NEAR:
        moments = list(db.session.scalars(_sparse(), asked))
        if len(moments) > SPARSE:
            return _read(_counts(True, few=False), asked)
    starts = [asked[f"from_{number}"] for number in range(DAYS)]
    return Counter(bisect_right(starts, moment) - 1 for moment in moments)


def _read(query: Any, asked: dict[str, Any]) -> dict[int, int]:
    return {row.number: row.events for row in db.session.execute(query, asked)}


@cache
def _near() -> Any:
    """Return the statement for the moments of what happened, if little did in the whole tenant.

    With how many events of the tenant it walked past: beyond `NEAR` there is nothing else in it.
    """
    event = AuditEvent.__table__.alias("walked").c
    ids = select(event.id).where(event.tenant_id == TENANT, *_within(event.at))
    near = cut(ids.order_by(event.at), NEAR + 1).cte("near").prefix_with("MATERIALIZED")
    told = select(func.count().label("walked")).select_from(near).subquery("told")
    here = is_below(AuditEvent.account_id, [bindparam("of_account", type_=Uuid())])
    rows = told.outerjoin(near, told.c.walked <= NEAR)
    query = select(told.c.walked, AuditEvent.at).select_from(rows)
    return query.outerjoin(AuditEvent, and_(AuditEvent.id == near.c.id, here))


@cache
def _sparse() -> Any:
    """Return the statement that asks each of many accounts once, not for each day.

    Nearly all of the cost is asking, thirty times over if day by day. More than `SPARSE` events are
    counted so, and a day's look ends with enough of them.
    """
    here = bindparam("of_account", type_=Uuid())
    at = select(AuditEvent.at).where(AuditEvent.account_id.in_(ids_below([here])))
    return cut(at.where(*_within(AuditEvent.at)), SPARSE + 1)


def _within(at: Any) -> tuple[Any, Any]:
    first, over = bindparam("from_0", type_=UtcDateTime()), bindparam(_LAST, type_=UtcDateTime())
    return at >= first, at < over


@cache
def _counts(some: bool, few: bool = True) -> Any:
    """Return the statement: made once, and with one look for all days, since it is long."""
    days = _days()
    look = select(AuditEvent.id).where(AuditEvent.at >= days.c.start, AuditEvent.at < days.c.over)
    if some:
        look = look.where(AuditEvent.account_id.in_(_accounts(few)))
    look = look.limit(MOST + 1).correlate(days)
    count = select(func.count()).select_from(look.subquery()).correlate(days).scalar_subquery()
    query = select(days.c.number, count.label("events"))
    return by_key(query) if some and few else query


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
