"""Looking whether what waits is still due at the wall time it was asked for."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select, tuple_, update

from portal.content.caring import PageCare
from portal.content.notifications import Kind
from portal.content.schedule_news import NEWS_COLUMNS, Readers, tell_all
from portal.content.schedules import Schedule, is_pending
from portal.content.zone_rules import meant_now, rules_sentence
from tenants.accounts import AccountRef
from tenants.clock import database_now
from tenants.db import db
from tenants.directory import account_refs
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope

BATCH = 5000
CHUNK = 500
Place = tuple[uuid.UUID, uuid.UUID]
log = structlog.get_logger()


@dataclass(frozen=True)
class Meant:
    """A schedule to be told of, and the instant that its wall time means now."""

    row: Any
    at: datetime


def check_zone_rules() -> int:
    """Compare every waiting schedule with today's rules of its zone; return how many changed.

    What changed is noted as `rules_at`, and told once; the due moment stays until a person decides.
    Reads BATCH at a time, so that many cost time and no memory.
    """
    found: dict[Place, list[uuid.UUID]] = defaultdict(list)
    after: tuple[datetime, uuid.UUID] | None = None
    while True:
        rows = _batch(after)
        for row in rows:
            if meant_now(row.wall_time, row.zone, row.due_at) != row.rules_at:
                found[row.tenant_id, row.account_id].append(row.id)
        if len(rows) < BATCH:
            break
        after = (rows[-1].due_at, rows[-1].id)
    accounts = {each.id: each for each in account_refs({place[1] for place in found})}
    return sum(
        _note(tenant_id, accounts[account_id], ids[start : start + CHUNK])
        for (tenant_id, account_id), ids in found.items() if account_id in accounts
        for start in range(0, len(ids), CHUNK)
    )  # fmt: skip


def _batch(after: tuple[datetime, uuid.UUID] | None) -> Sequence[Any]:
    with reading(), across_tenants("comparing with the rules of time zones"):
        query = select(
            Schedule.id, Schedule.tenant_id, Schedule.account_id, Schedule.due_at,
            Schedule.wall_time, Schedule.zone, Schedule.rules_at,
        )  # fmt: skip
        ahead = Schedule.due_at > database_now(db.session())
        query = query.where(is_pending(Schedule), ahead)
        if after is not None:
            query = query.where(tuple_(Schedule.due_at, Schedule.id) > tuple_(*after))
        rows = db.session.execute(query.order_by(Schedule.due_at, Schedule.id).limit(BATCH)).all()
        db.session.rollback()
    return rows


def _note(tenant_id: uuid.UUID, account: AccountRef, ids: Sequence[uuid.UUID]) -> int:
    with acting_in(tenant_scope(tenant_id)):
        query = (
            select(*NEWS_COLUMNS, Schedule.wall_time, Schedule.rules_at, PageCare.owner_id)
            .outerjoin(PageCare, PageCare.page_id == Schedule.page_id)
            .where(Schedule.id.in_(ids), is_pending(Schedule))
            .with_for_update(of=Schedule, skip_locked=True)
        )
        changed: dict[datetime | None, list[Any]] = defaultdict(list)
        for row in db.session.execute(query):
            meant = meant_now(row.wall_time, row.zone, row.due_at)
            if meant != row.rules_at:
                changed[meant].append(row)
        for meant, rows in changed.items():
            statement = update(Schedule).where(Schedule.id.in_([row.id for row in rows]))
            options = {"synchronize_session": False}
            db.session.execute(statement.values(rules_at=meant), execution_options=options)
        _tell(account, [Meant(row, at) for at, rows in changed.items() if at for row in rows])
        db.session.commit()
    number = sum(len(rows) for rows in changed.values())
    log.warning("rules of time zones changed", account=account.handle, schedules=number)
    return number


def _tell(account: AccountRef, news: Sequence[Meant]) -> None:
    told: dict[uuid.UUID, list[Any]] = defaultdict(list)
    sentences = {each.row.id: rules_sentence(each.row, each.at) for each in news}
    readers = Readers(account) if news else None
    for each in news:
        for person_id in readers.of(each.row, stuck=True) if readers else ():
            told[person_id].append(each.row)

    def alone(row: Any) -> tuple[Kind, str]:
        return "rules", sentences[row.id]

    def together(rows: Sequence[Any]) -> tuple[Kind, str]:
        return "rules", f"{len(rows):,} schedules are concerned. {sentences[rows[0].id]}"

    tell_all(account, told, alone, together)
