"""Looking at what is due soon while there is time to mend it: an hour and ten minutes before."""

import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update

from portal.content.caring import PageCare
from portal.content.due_world import Crowd, World, world_of
from portal.content.moments import moment_at
from portal.content.notifications import Kind
from portal.content.outcome_words import VERBS, name_of
from portal.content.preflight import Concern, concerns_of, words_of
from portal.content.schedule_news import Readers, tell_all
from portal.content.schedules import Schedule, is_pending
from tenants.accounts import AccountRef
from tenants.clock import database_now
from tenants.db import db
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope

FAR, NEAR = timedelta(minutes=60), timedelta(minutes=10)
AGAIN = timedelta(minutes=10)
"""How long a look is good for."""
TOO_LATE = timedelta(seconds=15)
"""What is due that soon is left to whoever carries it out."""
BATCH = 200
SECONDS = 2.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Seen:
    """A schedule that was looked at: the row, its page's owner, what is in the way now."""

    row: Schedule
    owner_id: uuid.UUID | None
    concerns: list[Concern]

    def __getattr__(self, name: str) -> Any:
        """Answer for the row."""
        return getattr(self.row, name)

    @property
    def is_news(self) -> bool:
        """Tell whether something is in the way, and nobody was told of just that."""
        return bool(self.concerns) and set(words_of(self.concerns)) != set(self.row.problems)


def look_ahead() -> int:
    """Look at what is due within the hour, BATCH at a time; return how many schedules were.

    New problems are told, once for each set of them, in the transaction that notes them. Returns
    after about SECONDS. Safe to run in several processes at once.
    """
    number, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        moment, crowds = _soon()
        for crowd, ids in crowds:
            number += _look(crowd, ids, moment)
        if sum(len(ids) for _, ids in crowds) < BATCH:
            break
    return number


def _conditions(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of being due soon and not looked at since it was."""
    close = or_(Schedule.due_at > moment + FAR - AGAIN, Schedule.due_at <= moment + NEAR)
    return (
        is_pending(Schedule),
        Schedule.due_at > moment + TOO_LATE,
        Schedule.due_at <= moment + FAR,
        or_(
            Schedule.checked_at.is_(None),
            Schedule.checked_at < moment - FAR,
            and_(Schedule.checked_at < moment - AGAIN, close),
        ),
    )


def _soon() -> tuple[datetime, list[tuple[Crowd, list[uuid.UUID]]]]:
    columns = Schedule.id, Schedule.tenant_id, Schedule.account_id, Schedule.approver_id
    with reading(), across_tenants("looking for what is due soon"):
        moment = database_now(db.session())
        query = select(*columns).where(*_conditions(moment))
        rows = db.session.execute(query.order_by(Schedule.due_at).limit(BATCH)).all()
        db.session.rollback()
    places: dict[tuple[uuid.UUID, uuid.UUID], list[Any]] = defaultdict(list)
    for row in rows:
        places[row.tenant_id, row.account_id].append(row)
    return moment, [
        (
            Crowd(tenant_id, frozenset({account_id}),
                  frozenset(row.approver_id for row in those if row.approver_id)),
            [row.id for row in those],
        )
        for (tenant_id, account_id), those in places.items()
    ]  # fmt: skip


def _look(crowd: Crowd, ids: list[uuid.UUID], moment: datetime) -> int:
    """Look at some schedules of one account, in a transaction of their own."""
    world = world_of(crowd)
    account = next(iter(world.accounts.values()), None)
    if account is None:
        return 0
    with acting_in(tenant_scope(crowd.tenant_id)):
        seen = _see(ids, account, world, moment)
        _note(seen, moment)
        news = [each for each in seen if each.is_news]
        if news:
            _tell(news, account)
        db.session.commit()
    log.info("looked ahead", account=account.handle, schedules=len(seen), problems=len(news))
    return len(seen)


def _see(ids: list[uuid.UUID], account: AccountRef, world: World, moment: datetime) -> list[Seen]:
    query = (
        select(Schedule, PageCare.owner_id)
        .outerjoin(PageCare, PageCare.page_id == Schedule.page_id)
        .where(Schedule.id.in_(ids), *_conditions(moment))
        .with_for_update(of=Schedule, skip_locked=True)
    )
    found = db.session.execute(query).all()
    rows = [row for row, _ in found]
    concerns = concerns_of(rows, account, world.approvers) if rows else {}
    return [Seen(row, owner_id, concerns[row.id]) for row, owner_id in found]


def _note(seen: Sequence[Seen], moment: datetime) -> None:
    """Write down what is in the way; those with the same by one statement."""
    alike: dict[tuple[str, ...], list[uuid.UUID]] = defaultdict(list)
    for each in seen:
        alike[tuple(words_of(each.concerns))].append(each.row.id)
    for problems, ids in alike.items():
        statement = update(Schedule).where(Schedule.id.in_(ids))
        values = statement.values(checked_at=moment, problems=list(problems))
        db.session.execute(values, execution_options={"synchronize_session": False})


def _tell(news: Sequence[Seen], account: AccountRef) -> None:
    readers = Readers(account)
    told: dict[uuid.UUID, list[Seen]] = defaultdict(list)
    for each in news:
        holds = any(concern.holds for concern in each.concerns)
        for person_id in readers.of(each, stuck=holds):
            told[person_id].append(each)
    tell_all(account, told, _alone, _together)


def _alone(seen: Seen) -> tuple[Kind, str]:
    row = seen.row
    when = moment_at(row.due_at, row.zone).sentence
    held = " and would be held" if seen.concerns[0].holds else ""
    why = " ".join(words_of(seen.concerns))
    return "problem", f"{name_of(row)} is to go {VERBS[row.what]} on {when}{held}: {why}"


def _together(news: Sequence[Seen]) -> tuple[Kind, str]:
    held = sum(1 for each in news if each.concerns[0].holds)
    first = min(news, key=lambda each: (not each.concerns[0].holds, each.row.due_at))
    when = moment_at(first.row.due_at, first.row.zone).sentence
    would = f"{held:,} of them would be held. " if held else ""
    return "problem", (
        f"Something is in the way of {len(news):,} schedules due within the hour. {would}"
        f"{name_of(first.row)}, on {when}: {first.concerns[0].sentence}"
    )
