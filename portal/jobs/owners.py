"""Reminding owners of pages that are due for review: one mail each, again after a week."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

import structlog
from sqlalchemy import ColumnElement, or_, select

from portal import mail
from portal.content.caring import PageCare
from portal.content.pages import Page
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import can
from tenants.directory import account_refs, actor_for
from tenants.engines import reading
from tenants.permissions import Permission
from tenants.scope import across_tenants, acting_in, tenant_scope

AGAIN = timedelta(days=7)
BATCH = 500
log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """A page due for review, as found; it is looked at again when its owner is told."""

    tenant_id: uuid.UUID
    owner_id: uuid.UUID
    care_id: uuid.UUID
    account_id: uuid.UUID


def remind_owners() -> int:
    """Remind every owner of what is due, in a transaction each; return how many mails left.

    Who may not read the page any more is not told of it: the list still shows that it is due.
    """
    found = sorted(_due(), key=lambda due: (due.tenant_id, due.owner_id))
    groups = groupby(found, key=lambda due: (due.tenant_id, due.owner_id))
    return sum(_remind(tenant_id, owner_id, list(dues)) for (tenant_id, owner_id), dues in groups)


def _conditions() -> tuple[ColumnElement[bool], ...]:
    moment = now()
    waited = or_(PageCare.reminded_at.is_(None), PageCare.reminded_at < moment - AGAIN)
    return PageCare.review_by <= moment, PageCare.owner_id.is_not(None), waited


def _due() -> list[Due]:
    query = (
        select(PageCare.tenant_id, PageCare.owner_id, PageCare.id, PageCare.account_id)
        .join(Page, Page.id == PageCare.page_id)
        .where(*_conditions())
        .order_by(PageCare.review_by, PageCare.id)
        .limit(BATCH)
    )  # fmt: skip
    with reading(), across_tenants("looking for pages due for review"):
        return [Due(*row) for row in db.session.execute(query)]  # type: ignore[arg-type]  # has an owner


def _remind(tenant_id: uuid.UUID, owner_id: uuid.UUID, dues: list[Due]) -> bool:
    owner = actor_for(owner_id)
    accounts = {ref.id: ref for ref in account_refs({due.account_id for due in dues})}
    with acting_in(tenant_scope(tenant_id)):
        query = (
            select(PageCare, Page)
            .join(Page, Page.id == PageCare.page_id)
            .where(PageCare.id.in_([due.care_id for due in dues]), *_conditions())
            .where(PageCare.owner_id == owner_id)
            .order_by(PageCare.review_by, PageCare.id)
            .with_for_update(of=PageCare, skip_locked=True)
        )
        told: list[tuple[Page, AccountRef, PageCare]] = []
        for care, page in db.session.execute(query):
            care.reminded_at = now()
            account = accounts.get(page.account_id)
            if owner and account and can(owner, Permission.PAGE_VIEW, account).allowed:
                told.append((page, account, care))
        if owner is not None and told:
            mail.reviews_due(owner, told[0][1].tenant_id, told)
        db.session.commit()
    log.info("owner reminded", pages=len(told))
    return bool(told)
