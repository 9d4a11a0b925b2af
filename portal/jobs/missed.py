"""Noticing that nobody carries out what is due, and telling those who can do something about it.

Every web process looks, since with all workers and schedulers dead nobody else would. It marks and
tells; it never publishes.
"""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, select, union

from portal import mail
from portal.content.missing import (
    Miss,
    Timed,
    is_missed,
    mark_missed,
    missed_since,
    note_told,
    whom_to_tell,
)
from portal.content.releases import Release
from portal.content.schedules import Schedule
from portal.heartbeats import BEAT, SILENT_AFTER
from tenants.accounts import AccountRef
from tenants.clock import with_database_now
from tenants.db import db
from tenants.directory import account_refs, house
from tenants.engines import reading
from tenants.permissions import Permission
from tenants.questions import who_can
from tenants.scope import across_tenants, acting_in, tenant_scope

SCHEDULER = "scheduler"
LATE = timedelta(seconds=60)
"""How long something may be due before it counts as missed, while the scheduler is silent."""
STUCK = timedelta(minutes=5)
"""The same while the scheduler is heard of."""
QUIET = timedelta(minutes=15)
"""The least time between two notices of the same, however often the scheduler comes and goes."""
AT_ONCE = 500
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
log = structlog.get_logger()


@dataclass(frozen=True)
class Look:
    """What one look found: where something is missed, and where that was told already."""

    moment: datetime
    before: datetime
    seen: datetime | None
    silent: bool
    missed: dict[uuid.UUID, set[uuid.UUID]]
    told: dict[uuid.UUID, set[uuid.UUID]]


def notice_misses() -> list[uuid.UUID]:
    """Mark and tell of what is missed; return the mails that this puts into the outbox.

    Whoever marks a schedule first tells of it, so any number of processes may look. Of one silence
    of the scheduler everybody is told once. Two statements when nothing is missed. Raises
    SQLAlchemyError when the database is out of reach.
    """
    look = _look()
    owners = {} if look.told or not look.missed else _owners()
    posted: list[uuid.UUID] = []
    for tenant_id in sorted(look.missed):
        mails = _tenant(tenant_id, look, owners)
        if mails is not None:
            posted += mails
            owners = {}
    return posted


def _look() -> Look:
    with reading(), across_tenants("looking for what nobody carried out"):
        seen, moment = with_database_now(db.session, BEAT, {"part": SCHEDULER})
        silent = seen is None or moment - seen > SILENT_AFTER
        before = moment - (LATE if silent else STUCK)
        missed = _by_tenant(lambda kind: is_missed(kind, before))
        since = min(seen or LONG_AGO, moment - QUIET)
        told = _by_tenant(lambda kind: missed_since(kind, since)) if missed else {}
        db.session.rollback()
    return Look(moment, before, seen, silent, missed, told)


def _by_tenant(
    conditions: Callable[[Timed], tuple[ColumnElement[bool], ...]],
) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return the accounts where that holds of a schedule or of a release, by their tenants."""
    parts = (
        select(kind.tenant_id, kind.account_id).where(*conditions(kind)).distinct()
        for kind in (Schedule, Release)
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for tenant_id, account_id in db.session.execute(union(*parts).limit(AT_ONCE)):
        found.setdefault(tenant_id, set()).add(account_id)
    return found


def _owners() -> dict[str, str]:
    """Return the e-mail of everybody who answers for the house, with his zone."""
    root = house()
    found = who_can(Permission.STAFF_MANAGE, root) if root else []
    return {row.email: row.zone for row in found}


def _tenant(tenant_id: uuid.UUID, look: Look, owners: dict[str, str]) -> list[uuid.UUID] | None:
    """Mark and tell of one tenant's misses, in one transaction. None when somebody else did."""
    told = look.told.get(tenant_id, set())
    accounts = _accounts({tenant_id, *look.missed[tenant_id], *told})
    with acting_in(tenant_scope(tenant_id)):
        misses = mark_missed(look.before, look.moment, accounts)
        if not misses:
            db.session.rollback()
            return None
        known = [accounts[key] for key in told if key in accounts]
        posted = _tell(misses, known, accounts[tenant_id], look)
        for email, zone in sorted(owners.items()):
            posted.append(
                mail.missed_in_house(
                    email, zone, misses, len(look.missed), look.seen, silent=look.silent
                )
            )
        db.session.commit()
    number = sum(miss.number for miss in misses)
    log.error("schedules missed", tenant=str(tenant_id), number=number, silent=look.silent)
    return posted


def _accounts(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, AccountRef]:
    return {account.id: account for account in account_refs(account_ids)}


def _tell(
    misses: list[Miss], told: list[AccountRef], master: AccountRef, look: Look
) -> list[uuid.UUID]:
    posted = []
    for person, known in whom_to_tell(misses, told, master):
        for miss in known:
            note_told(person.person_id, miss, look.moment)
        posted.append(mail.missed(person, known, look.seen, silent=look.silent))
    return posted
