"""Emptying the trash of what has been there long enough, each page in a transaction of its own."""

import uuid
from datetime import timedelta

import structlog
from sqlalchemy import select

from portal.content.out_of_sight import WITH_TRASH
from portal.content.page_templates import DAYS as TEMPLATE_DAYS
from portal.content.page_templates import PageTemplate
from portal.content.pages import Page
from portal.content.starting import purge_template
from portal.content.trash import DAYS, purge
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.engines import reading
from tenants.retention import is_held
from tenants.scope import across_tenants, acting_in, tenant_scope

BATCH = 500
log = structlog.get_logger()


def empty_trash() -> int:
    """Delete for good what has been in the trash for DAYS; return how many pages went.

    Templates go too, uncounted. Where a hold keeps the trail for a dispute, what it tells of
    stays too.
    """
    for due in _due_templates():
        _purge_template(*due)
    return sum(_purge(*due) for due in _due())


def _due() -> list[tuple[uuid.UUID, uuid.UUID]]:
    query = (
        select(Page.id, Page.tenant_id)
        .where(Page.trashed_at <= now() - timedelta(days=DAYS), Page.purged_at.is_(None))
        .order_by(Page.trashed_at, Page.id)
        .limit(BATCH)
        .execution_options(**WITH_TRASH)
    )
    with reading(), across_tenants("looking for what has been in the trash long enough"):
        return [(row.id, row.tenant_id) for row in db.session.execute(query)]


def _purge(page_id: uuid.UUID, tenant_id: uuid.UUID) -> bool:
    with acting_in(tenant_scope(tenant_id)):
        if is_held():
            return False
        query = select(Page).where(
            Page.id == page_id, Page.trashed_at <= now() - timedelta(days=DAYS),
            Page.purged_at.is_(None),
        )  # fmt: skip
        query = query.with_for_update(skip_locked=True).execution_options(**WITH_TRASH)
        page = db.session.scalar(query)
        if page is None:
            return False
        purge(page, by=SYSTEM, reason=f"It was in the trash for {DAYS} days.")
        db.session.commit()
        log.info("page purged", page=str(page_id))
        return True


def _due_templates() -> list[tuple[uuid.UUID, uuid.UUID]]:
    query = (
        select(PageTemplate.id, PageTemplate.tenant_id)
        .where(PageTemplate.trashed_at <= now() - timedelta(days=TEMPLATE_DAYS))
        .order_by(PageTemplate.trashed_at, PageTemplate.id)
        .limit(BATCH)
    )
    with reading(), across_tenants("looking for templates that were in the trash long enough"):
        return [(row.id, row.tenant_id) for row in db.session.execute(query) if row.tenant_id]


def _purge_template(template_id: uuid.UUID, tenant_id: uuid.UUID) -> None:
    with acting_in(tenant_scope(tenant_id)):
        due = PageTemplate.trashed_at <= now() - timedelta(days=TEMPLATE_DAYS)
        query = select(PageTemplate).where(PageTemplate.id == template_id, due)
        row = None if is_held() else db.session.scalar(query.with_for_update(skip_locked=True))
        if row is not None:
            purge_template(row, by=SYSTEM)
            db.session.commit()
