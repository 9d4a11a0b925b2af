"""What concerns the safety of one person's access: signing in, failures, passwords, rights."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from tenants.audit import AuditEvent
from tenants.db import db
from tenants.grant_log import GrantEntry

PER_PAGE = 50
ABOUT_PEOPLE = ("person", "signin")


@dataclass(frozen=True)
class Entry:
    """One line of the log, to be told to whom it is about."""

    at: datetime
    id: uuid.UUID
    event: str
    actor_label: str
    sentence: str
    reason: str
    address: str
    outcome: str


def own_log(
    person_id: uuid.UUID, grants: list[GrantEntry], before: tuple[datetime, uuid.UUID] | None
) -> tuple[list[Entry], Entry | None]:
    """Return a page of the log, the latest first, and the last entry when there are older ones.

    One statement, a range of the index by target. Needs the scope of the house, where events about
    people stand; `grants` comes from `grant_log`.
    """
    query = select(AuditEvent).where(
        AuditEvent.target_type.in_(ABOUT_PEOPLE), AuditEvent.target_id == person_id
    )
    if before is not None:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*before))
    query = query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(PER_PAGE + 1)
    found = [_told(row) for row in db.session.scalars(query)]
    found += [e for e in map(_granted, grants) if before is None or (e.at, e.id) < before]
    found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    shown = found[:PER_PAGE]
    return shown, shown[-1] if len(found) > PER_PAGE else None


def _told(row: AuditEvent) -> Entry:
    return Entry(
        at=row.at, id=row.id, event=row.event, actor_label=row.actor_label, sentence=row.sentence,
        reason=row.reason, address=row.address, outcome=row.outcome,
    )  # fmt: skip


def _granted(entry: GrantEntry) -> Entry:
    return Entry(
        at=entry.at, id=entry.id, event="grant.ended" if entry.ended else "grant.given",
        actor_label=entry.by, sentence=entry.sentence, reason=entry.reason, address="",
        outcome="done",
    )  # fmt: skip
