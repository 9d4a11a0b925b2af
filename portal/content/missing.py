"""What was due and nobody carried out: marked once, in the trail, by whoever notices."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from portal.content.notifications import Notification
from portal.content.releases import Release
from portal.content.schedules import Schedule, is_pending
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.colleagues import Colleague, colleagues
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.events import Event
from tenants.permissions import Permission
from tenants.telling import Telling, record_each

BATCH = 1000
MOST = 50_000
SHOWN = 20
Timed = type[Schedule] | type[Release]


@dataclass(frozen=True)
class Miss:
    """How much of an account nobody carried out, and when the first of it was due (UTC)."""

    account: AccountRef
    schedules: int
    releases: int
    since: datetime

    @property
    def number(self) -> int:
        """Return how many schedules and releases."""
        return self.schedules + self.releases

    @property
    def sentence(self) -> str:
        """Return it in words, without when."""
        kinds = (("schedule", self.schedules), ("release", self.releases))
        many = " and ".join(
            f"{number:,} {kind}{'' if number == 1 else 's'}" for kind, number in kinds if number
        )
        them = "is overdue: nobody has carried it" if self.number == 1 else \
            "are overdue: nobody has carried them"  # fmt: skip
        return f"{many} of {self.account.name} {them} out."


def is_missed(kind: Timed, before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of waiting although due before an instant (UTC), noticed by nobody."""
    return is_pending(kind), kind.due_at <= before, kind.missed_at.is_(None)


def missed_since(kind: Timed, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of having been marked as missed after an instant (UTC)."""
    return (kind.missed_at > moment,)


def mark_missed(
    before: datetime, moment: datetime, accounts: Mapping[uuid.UUID, AccountRef]
) -> list[Miss]:
    """Mark what the scope's tenant misses, as noticed at `moment`; recorded, each once.

    Returns a miss for each account. What somebody else has locked, because he marks it or carries
    it out, is left to him.
    """
    found: dict[uuid.UUID, tuple[list[datetime], list[datetime]]] = {}
    for _ in range(MOST // BATCH):
        rows = _mark_some(before, moment)
        for row in rows:
            found.setdefault(row.account_id, ([], []))[0].append(row.due_at)
        if len(rows) < BATCH:
            break
    for release in _mark_releases(before, moment):
        dues = found.setdefault(release.account_id, ([], []))[1]
        dues.append(release.due_at or moment)
    return [
        Miss(accounts[account_id], len(one), len(many), min(one + many))
        for account_id, (one, many) in found.items()
        if account_id in accounts
    ]


def _mark_releases(before: datetime, moment: datetime) -> list[Release]:
    query = select(Release).where(*is_missed(Release, before)).order_by(Release.due_at)
    query = query.limit(BATCH).with_for_update(skip_locked=True)
    rows = list(db.session.scalars(query))
    for row in rows:
        row.missed_at = moment
        due = row.due_at.isoformat() if row.due_at else ""
        record(Event.RELEASE_MISSED, row, by=SYSTEM, changes={}, due=due)
    return rows


def _mark_some(before: datetime, moment: datetime) -> Sequence[Any]:
    columns = (
        Schedule.id, Schedule.account_id, Schedule.page_title, Schedule.what, Schedule.due_at,
    )  # fmt: skip
    query = (
        select(*columns).where(*is_missed(Schedule, before)).order_by(Schedule.due_at, Schedule.id)
    )
    rows = db.session.execute(query.limit(BATCH).with_for_update(skip_locked=True)).all()
    if not rows:
        return rows
    told_by = record_each([_telling(row) for row in rows])
    statement = update(Schedule).where(Schedule.id.in_([row.id for row in rows]))
    db.session.execute(
        statement.values(missed_at=moment),
        execution_options={"told_by": told_by, "synchronize_session": False},
    )
    return rows


def _telling(row: Any) -> Telling:
    return Telling(
        Event.SCHEDULE_MISSED, "schedule", row.id, row.page_title, row.account_id, SYSTEM,
        facts={"what": row.what, "due": row.due_at.isoformat()},
    )  # fmt: skip


def whom_to_tell(
    misses: Collection[Miss], told: Collection[AccountRef], master: AccountRef
) -> list[tuple[Colleague, list[Miss]]]:
    """Return who runs the accounts or their master, with what to tell him.

    Nobody who runs one of `told`, where it was told already. A statement an account, at most SHOWN
    accounts each.
    """
    above = _admins(master)
    knows = {each.person_id for account in list(told)[:SHOWN] for each in _admins(account)}
    knows |= {each.person_id for each in above} if told else set()
    found: dict[uuid.UUID, tuple[Colleague, list[Miss]]] = {}
    for miss in sorted(misses, key=lambda each: -each.number)[:SHOWN]:
        for each in {who.person_id: who for who in (*above, *_admins(miss.account))}.values():
            found.setdefault(each.person_id, (each, []))[1].append(miss)
    return [told for person_id, told in found.items() if person_id not in knows]


def _admins(account: AccountRef) -> list[Colleague]:
    return [each for each in colleagues(account) if each.holds(Permission.SUPPORT_CONSENT)]


def note_told(person_id: uuid.UUID, miss: Miss, moment: datetime) -> None:
    """Add what somebody is told of a miss, by a mail that leaves beside it."""
    db.session.add(
        Notification(
            tenant_id=miss.account.tenant_id, account_id=miss.account.id, person_id=person_id,
            kind="missed", sentence=miss.sentence, mailed_at=moment,
        )
    )  # fmt: skip
