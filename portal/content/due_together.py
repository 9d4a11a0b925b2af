"""Plain schedules of one tenant, carried out by the thousand: a few statements for all of them.

Plain is a publication that neither waits for anything nor moves anything else, see `due_plain`,
or a page's going offline that frees its address and nothing else, see `due_offline`.
What is left of it, and everything that a rule stands against, goes to `due_alone`, which comes to
the same end: a test carries out the same schedules both ways and compares every row.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import structlog
from sqlalchemy import String, Uuid, bindparam, func, select, update
from sqlalchemy.orm import aliased

from portal.content.due_alone import Due, due_told, reason_of, request_id_of
from portal.content.due_offline import leaving, take_offline
from portal.content.due_plain import Ready, is_plain, with_terms, without_neighbours
from portal.content.due_rules import is_entitled, verdict_on_delay
from portal.content.due_texts import as_scheduled
from portal.content.due_world import IS_DUE, World
from portal.content.due_writes import END, MOMENT, change_each, on_behalf_of
from portal.content.freezing import frozen_now
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision
from portal.content.schedules import Schedule
from portal.content.terms import PageTerm
from tenants.among import Ids, among
from tenants.clock import database_now
from tenants.db import db
from tenants.events import Event
from tenants.given import by_dialect, given, given_rows
from tenants.outages import is_outage
from tenants.scope import acting_in, tenant_scope
from tenants.telling import Telling, record_each

_Live = aliased(Revision)
PARTS = 8
log = structlog.get_logger()


@dataclass(frozen=True)
class Carried:
    """How many were `claimed`, how many of them are done, and the `rest`, unlocked again."""

    claimed: int = 0
    number: int = 0
    rest: tuple[Due, ...] = ()


class _Failed(Exception):
    """A fault met these schedules together; none of them is done."""

    def __init__(self, ids: list[uuid.UUID]) -> None:
        super().__init__(f"{len(ids)} schedules")
        self.ids = ids


def carry_out_plain(tenant_id: uuid.UUID, world: World, limit: int) -> Carried:
    """Carry out the tenant's plain schedules among the `limit` that are longest due.

    After a fault they are tried in eight parts; of a part that fails again none is done and all
    are `rest`. Raises what tells of an outage.
    """
    try:
        return _carry_out_some(tenant_id, world, limit, None)
    except _Failed as failed:
        size = -(-len(failed.ids) // PARTS)
        parts = [failed.ids[at : at + size] for at in range(0, len(failed.ids), size)]
    carried = [_part(tenant_id, world, ids) for ids in parts]
    return Carried(
        sum(map(len, parts)),
        sum(part.number for part in carried),
        tuple(due for part in carried for due in part.rest),
    )


def _part(tenant_id: uuid.UUID, world: World, ids: list[uuid.UUID]) -> Carried:
    try:
        return _carry_out_some(tenant_id, world, len(ids), ids)
    except _Failed:
        return Carried(len(ids), 0, tuple(Due(each, tenant_id) for each in ids))


def _carry_out_some(
    tenant_id: uuid.UUID, world: World, limit: int, ids: list[uuid.UUID] | None
) -> Carried:
    with acting_in(tenant_scope(tenant_id)):
        moment = database_now(db.session())
        rows = [row for row in _claim(moment, limit, ids) if world.knows(row)]
        try:
            ready, offline = _ready(rows, world, moment)
            if ready:
                _carry_out(ready)
            take_offline(offline)
            db.session.commit()
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("schedules failed together", number=len(rows))
            db.session.rollback()
            raise _Failed([row.schedule_id for row in rows]) from error
    done = {row.schedule_id.int for row in (*(each.row for each in ready), *offline)}
    rest = tuple(Due(row.schedule_id, tenant_id) for row in rows if row.schedule_id.int not in done)
    return Carried(len(rows), len(done), rest)


_CLAIM = (
    select(
        Schedule.id.label("schedule_id"), Schedule.account_id, Schedule.page_id, Schedule.what,
        Schedule.revision_id, Schedule.revision_digest, Schedule.due_at, Schedule.approver_id,
        Schedule.approver_label, Schedule.late_policy, Schedule.late_minutes,
        Page.type, Page.title.label("shown_as"), Page.address, Page.live_revision_id,
        Page.parent_id.label("stands_below"), Page.trashed_at, _Live.number.label("live_number"),
    )
    .join(Page, Page.id == Schedule.page_id)
    .outerjoin(_Live, _Live.id == Page.live_revision_id)
    .where(*IS_DUE)
    .order_by(Schedule.due_at, Schedule.id)
    .limit(bindparam("limit"))
    .with_for_update(of=(Schedule, Page), skip_locked=True)
)  # fmt: skip
_CLAIM_THESE = _CLAIM.where(among(Schedule.id, "ids"))


def _claim(moment: datetime, limit: int, ids: list[uuid.UUID] | None) -> Sequence[Any]:
    """Lock schedules and their pages; what somebody else has locked is left alone."""
    query = _CLAIM if ids is None else _CLAIM_THESE
    asked = {"moment": moment, "limit": limit, "ids": ids or []}
    return db.session.execute(query, asked, execution_options=WITH_TRASH).all()


def _ready(rows: Sequence[Any], world: World, moment: datetime) -> tuple[list[Ready], list[Any]]:
    """Return those that are plain and that no rule stands against: to go live, to go offline."""

    @cache
    def may(account: int, approver: int | None) -> bool:
        who = world.approvers.get(uuid.UUID(int=approver)) if approver is not None else None
        return is_entitled(world.accounts.get(uuid.UUID(int=account)), who)

    plain = [
        row
        for row in rows
        if is_plain(row)
        and verdict_on_delay(row, moment) is None
        and may(row.account_id.int, row.approver_id.int if row.approver_id else None)
    ]
    frozen = frozen_now({row.account_id.int: row.account_id for row in plain}.values())
    if frozen:
        plain = [row for row in plain if row.account_id not in frozen]
    public = [row for row in plain if row.what == "publish"]
    ready = with_terms(without_neighbours(as_scheduled(public, world), moment))
    done = {each.row.schedule_id.int for each in ready}
    return ready, leaving(rows, plain, done, moment)


@by_dialect
def _publish(dialect: str) -> Any:
    """Return the UPDATE: page, text and address of each are given, and locked or unchangeable."""
    row = given_rows(
        dialect, "rows", {"page_id": Uuid(), "revision_id": Uuid(), "address": String()}
    )
    return (
        update(Page)
        .where(Page.id == row["page_id"])
        .values(
            live_revision_id=row["revision_id"],
            address=row["address"],
            unpublished_at=None,
            published_at=func.coalesce(Page.published_at, MOMENT),
        )
    )


def _carry_out(ready: list[Ready]) -> None:
    moment = database_now(db.session())
    told_by = record_each(_tellings(ready, moment))
    asked = {
        "schedules": Ids(each.row.schedule_id for each in ready), "moment": moment,
        "rows": given([_place(each) for each in ready]),
    }  # fmt: skip
    change_each((_publish(), END), asked, len(ready), told_by)
    db.session.add_all(
        PageTerm(account_id=each.row.account_id, page_id=each.row.page_id, term_id=term_id)
        for each in ready
        for term_id in sorted(each.terms)
    )


def _place(each: Ready) -> dict[str, str]:
    row = each.row
    return {"page_id": row.page_id.hex, "revision_id": row.revision_id.hex, "address": each.address}


def _tellings(ready: list[Ready], moment: datetime) -> list[Telling]:
    carried_out = moment.isoformat()
    return [
        Telling(
            Event.PAGE_PUBLISHED, "page", row.page_id, row.shown_as, row.account_id,
            on_behalf_of(row.approver_label), request_id_of(row.schedule_id), reason_of(row),
            {
                "live revision": [row.live_number, each.number],
                "address": [row.address, each.address],
                **each.approvals, **due_told(row, carried_out),
            },
            {"revision": each.number, "address": each.address},
        )
        for each in ready
        for row in (each.row,)
    ]  # fmt: skip
