"""The trail as pages, accounts and people read it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, tuple_

from portal.content.desk import PER_PAGE, Slice, key_of, parse_key
from portal.content.pages import Page
from portal.content.schedules import Schedule
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.newest import Rows, all_below, newest

NOT_SHOWN = "(content not shown)"
ABOUT_CONTENT = frozenset({"page", "schedule", "revision"})


@dataclass(frozen=True)
class Told:
    """One event as it is shown: without what the viewer may not read."""

    event: str
    sentence: str
    actor_label: str
    at: datetime
    on_behalf_of: str
    reason: str
    changes: dict[str, Any]
    outcome: str
    request_id: str


@dataclass(frozen=True)
class TrailFilters:
    """What a trail is narrowed to; empty means everything."""

    event: str = ""
    actor: str = ""
    outcome: str = ""
    request_id: str = ""


def tell(event: AuditEvent, content: bool) -> Told:
    """Return an event for somebody who may (`content`) or may not read drafts."""
    hide = not content and event.target_type in ABOUT_CONTENT
    return Told(
        event=event.event,
        sentence=event.sentence_about(NOT_SHOWN) if hide else event.sentence,
        actor_label=event.actor_label,
        at=event.at,
        on_behalf_of=event.on_behalf_of,
        reason="" if hide else event.reason,
        changes={} if hide else event.changes,
        outcome=event.outcome,
        request_id=event.request_id,
    )


def events_about(page: Page, before: str | None = None) -> Slice:
    """Return what happened to a page and to its schedules, the latest first."""
    schedules = select(Schedule.id).where(Schedule.page_id == page.id)
    query = select(AuditEvent).where(
        or_(AuditEvent.target_id == page.id, AuditEvent.target_id.in_(schedules))
    )
    return _slice(query, before, content=True)


def events_below(
    account_id: uuid.UUID, filters: TrailFilters, before: str | None, *, content: bool
) -> Slice:
    """Return what happened at an account and below it, the latest first.

    `content` says whether the viewer may read drafts; without it titles and texts are left out.
    """
    wanted = [
        column == value
        for column, value in (
            (AuditEvent.event, filters.event),
            (AuditEvent.outcome, filters.outcome),
            (AuditEvent.request_id, filters.request_id),
        )
        if value
    ]
    if filters.actor:
        wanted.append(AuditEvent.actor_label.icontains(filters.actor, autoescape=True))
    rows = Rows(AuditEvent, AuditEvent.at, wanted)
    place = parse_key(before) if before else None
    query = newest(rows, all_below(account_id), place, PER_PAGE + 1)
    return _cut(list(db.session.scalars(query)), content=content)


def _slice(query: Select[Any], before: str | None, *, content: bool) -> Slice:
    query = query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    if before:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*parse_key(before)))
    return _cut(list(db.session.scalars(query.limit(PER_PAGE + 1))), content=content)


def _cut(found: list[AuditEvent], *, content: bool) -> Slice:
    older = None
    if len(found) > PER_PAGE:
        older = key_of(found[PER_PAGE - 1].at, found[PER_PAGE - 1].id)
    return Slice([tell(event, content) for event in found[:PER_PAGE]], older)
