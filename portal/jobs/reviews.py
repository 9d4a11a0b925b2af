"""Reminding of reviews that are due soon, and telling those above of reviews that are overdue."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog
from sqlalchemy import or_, select

from portal.content.pages import Page, page_by_id
from portal.content.review_alarms import escalate, remind
from portal.content.reviews import Review
from tenants.clock import now
from tenants.db import db
from tenants.directory import account_ref
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope

AT_MOST = 200
What = Literal["remind", "escalate"]
log = structlog.get_logger()


@dataclass(frozen=True)
class Alarm:
    """A review of which somebody has to be told now."""

    review_id: uuid.UUID
    tenant_id: uuid.UUID
    account_id: uuid.UUID
    what: What


def ring_alarms() -> int:
    """Remind and escalate what is due, each review in a transaction of its own; return how many.

    Safe to run in several processes at once: the row is locked and its alarm switched off.
    """
    moment = now()
    return sum(_ring(alarm) for alarm in _find(moment))


def _find(moment: datetime) -> list[Alarm]:
    query = (
        select(Review.id, Review.tenant_id, Review.account_id, Review.remind_at, Review.escalate_at)
        .join(Page, Page.id == Review.page_id)
        .where(
            Review.state == "waiting",
            Page.trashed_at.is_(None),
            or_(Review.remind_at <= moment, Review.escalate_at <= moment),
        )
        .order_by(Review.due_at)
        .limit(AT_MOST)
    )
    with reading(), across_tenants("looking for reviews to remind of"):
        rows = db.session.execute(query).all()
    found = []
    for row in rows:
        for what, at in (("remind", row.remind_at), ("escalate", row.escalate_at)):
            if at is not None and at <= moment:
                found.append(Alarm(row.id, row.tenant_id, row.account_id, what))  # type: ignore[arg-type]  # one of the two
    return found


def _ring(alarm: Alarm) -> bool:
    account = account_ref(alarm.account_id)
    if account is None:
        return False
    with acting_in(tenant_scope(alarm.tenant_id)):
        query = select(Review).where(Review.id == alarm.review_id, Review.state == "waiting")
        row = db.session.scalar(query.with_for_update(skip_locked=True))
        page = page_by_id(row.page_id, account.id) if row else None
        if row is None or page is None:
            return False
        rung = (remind if alarm.what == "remind" else escalate)(row, page, account)
        db.session.commit()
    return rung
