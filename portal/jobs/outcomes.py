"""Telling people how schedules ended: carried out, held, skipped, failed.

What ends is told once: the notices and the mark that they were written are one transaction. Their
mail leaves as each person chose.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, func, select, update

from portal.content.caring import PageCare
from portal.content.notifications import Kind
from portal.content.outcome_words import sentence_of, summary_of, worst_of
from portal.content.schedule_news import NEWS_COLUMNS, Readers, tell_all
from portal.content.schedules import STUCK, Schedule, is_pending
from tenants.accounts import AccountRef
from tenants.clock import database_now
from tenants.db import db
from tenants.directory import account_refs
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope

ENDED: Any = bindparam(
    "ended", ("done", "held", "skipped", "failed"), expanding=True, literal_execute=True
)
"""As the index says it, word by word: SQLite uses a partial index for nothing else."""
SETTLING = timedelta(minutes=1)
"""How long after something was done what else is due may still keep the notice waiting."""
ACCOUNTS = 200
MOST = 20_000
CHUNK = 1000
UNTOLD = (Schedule.told_at.is_(None), Schedule.state.in_(ENDED))
log = structlog.get_logger()


def tell_outcomes() -> int:
    """Tell of what ended since it was last looked, an account at a time; return how many notices.

    More than ALONE for one person are told by one notice with counts; it waits until an account
    that is being caught up has nothing due any more. Safe to run in several processes at once.
    """
    moment, found = _untold()
    accounts = {account.id: account for account in account_refs({key for _, key, _ in found})}
    number = 0
    for tenant_id, account_id, last in found:
        account = accounts.get(account_id)
        if account is not None:
            number += _tell(tenant_id, account, moment, last)
    return number


def _untold() -> tuple[datetime, list[tuple[uuid.UUID, uuid.UUID, bool]]]:
    """Return the accounts with something to tell, and whether something was done just now."""
    place = Schedule.tenant_id, Schedule.account_id
    query = select(*place, func.max(Schedule.done_at)).where(*UNTOLD).group_by(*place)
    with reading(), across_tenants("looking for schedules that ended"):
        moment = database_now(db.session())
        rows = db.session.execute(query.limit(ACCOUNTS)).all()
        db.session.rollback()
    return moment, [
        (tenant_id, account_id, last is not None and moment - last < SETTLING)
        for tenant_id, account_id, last in rows
    ]


def _tell(tenant_id: uuid.UUID, account: AccountRef, moment: datetime, lately: bool) -> int:
    with acting_in(tenant_scope(tenant_id)):
        if lately and _goes_on(account, moment):
            db.session.rollback()
            return 0
        rows = _claim(account)
        news: dict[uuid.UUID, list[Any]] = defaultdict(list)
        readers = Readers(account)
        for row in rows:
            for person_id in readers.of(row, stuck=row.state in STUCK):
                news[person_id].append(row)
        number = tell_all(account, news, _alone, _together)
        _mark([row.id for row in rows], moment)
        db.session.commit()
    log.info("outcomes told", account=account.handle, schedules=len(rows), notices=number)
    return number


def _goes_on(account: AccountRef, moment: datetime) -> bool:
    """Tell whether more of the account is about to be carried out."""
    query = select(Schedule.id).where(
        Schedule.account_id == account.id, is_pending(Schedule), Schedule.due_at <= moment,
        Schedule.next_try_at.is_(None),
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def _claim(account: AccountRef) -> Sequence[Any]:
    """Lock what is to be told, with the owners of its pages."""
    query = (
        select(*NEWS_COLUMNS, PageCare.owner_id)
        .outerjoin(PageCare, PageCare.page_id == Schedule.page_id)
        .where(Schedule.account_id == account.id, *UNTOLD)
        .order_by(Schedule.due_at, Schedule.id)
        .limit(MOST)
        .with_for_update(of=Schedule, skip_locked=True)
    )
    return db.session.execute(query).all()


def _mark(ids: Sequence[uuid.UUID], moment: datetime) -> None:
    for start in range(0, len(ids), CHUNK):
        statement = update(Schedule).where(Schedule.id.in_(ids[start : start + CHUNK]))
        options = {"synchronize_session": False}
        db.session.execute(statement.values(told_at=moment), execution_options=options)


def _alone(row: Any) -> tuple[Kind, str]:
    return row.state, sentence_of(row)


def _together(rows: Sequence[Any]) -> tuple[Kind, str]:
    return worst_of(rows), summary_of(rows)
