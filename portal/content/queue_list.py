"""The queue: what waits, what is held, what became of the rest. By key, never by count."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Select, tuple_

from portal.content.paging import PER_PAGE, Slice, key_of, parse_key
from portal.content.planned import Planned, Sight, planned
from portal.content.queue_filters import QueueFilters
from portal.content.schedules import Schedule
from tenants.accounts import Account, AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.newest import newest
from tenants.permissions import Permission
from tenants.walking import Rows

MOST = 10_000
COLUMNS = (
    "title", "what", "state", "due (UTC)", "asked for", "zone", "done (UTC)", "delay (s)", "by",
    "run by hand by", "cause", "account",
)  # fmt: skip


def queued(
    sight: Sight, filters: QueueFilters, before: str | None = None, size: int = PER_PAGE
) -> Slice:
    """Return the schedules somebody sees, in the order of the filters, from a key on.

    One statement; up to three for many accounts.
    """
    key = parse_key(before) if before else None
    if sight.below and not filters.forward:
        query = _newest(sight, filters, key, size)
    else:
        query = _ordered(sight, filters, key, size)
    found = planned(db.session.execute(query).all())
    shown = found[:size]
    more = len(found) > size
    return Slice(shown, key_of(shown[-1].row.due_at, shown[-1].row.id) if more else None)


def export_queue(
    here: AccountRef, filters: QueueFilters, read: Callable[[str | None], Slice], *, by: Actor
) -> list[list[str]]:
    """Return a row for each schedule that `read` shows from a key on, and record it.

    At most 10,000. Raises Denied.
    """
    authorize(by, Permission.SCHEDULE_VIEW, here)
    rows = [_cells(each) for each in _all(read)]
    said = f"filtered by {filters.query}" if filters.asked else "without a filter"
    record(
        Event.SCHEDULE_EXPORTED, here, by=by, changes={}, account_id=here.id,
        tenant_id=here.tenant_id, rows=len(rows), filters=said,
    )  # fmt: skip
    return rows


def _ordered(sight: Sight, filters: QueueFilters, key: Any, size: int) -> Select[Any]:
    query = sight.query().where(*filters.conditions(sight))
    place = tuple_(Schedule.due_at, Schedule.id)
    if key is not None:
        after = tuple_(*key)
        query = query.where(place > after if filters.forward else place < after)
    columns = (Schedule.due_at, Schedule.id)
    order = columns if filters.forward else tuple(c.desc() for c in columns)
    return query.order_by(*order).limit(size + 1)


def _newest(sight: Sight, filters: QueueFilters, key: Any, size: int) -> Select[Any]:
    rows = Rows(Schedule, Schedule.due_at, filters.conditions(sight))
    query = newest(rows, sight.reach, key, size + 1)
    query = query.add_columns(Account.name, Account.handle, sight.shown.label("shown"))
    # LEFT JOIN: SQLite would begin with all accounts of the tenant and look for rows in each.
    return query.outerjoin(Account, Account.id == Schedule.account_id)


def _all(read: Callable[[str | None], Slice]) -> Iterator[Planned]:
    before, left = None, MOST
    while left > 0:
        found = read(before)
        yield from found.rows[:left]
        left, before = left - len(found.rows), found.older
        if before is None:
            return


def _cells(each: Planned) -> list[str]:
    row, seconds = each.row, "%Y-%m-%d %H:%M:%S"
    return [
        each.title, row.what, row.state, f"{row.due_at:{seconds}}", row.wall_time, row.zone,
        f"{row.done_at:{seconds}}" if row.done_at else "",
        f"{row.delay_ms / 1000:.3f}" if row.delay_ms is not None else "", row.approver_label,
        row.run_by_label, row.cause if each.shown else "", each.account_handle,
    ]  # fmt: skip
