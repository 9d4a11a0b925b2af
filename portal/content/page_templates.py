"""Templates to start pages from: an account's own, offered at it and at every account below.

A template is no page: it stands in no list of pages, has no address and cannot go live.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.scope import TenantOrBuiltIn

NAME_LENGTH = 200
SENTENCE_LENGTH = 300
MOST = 200
DAYS = 30


class PageTemplate(Keyed, TenantOrBuiltIn, Audited, Base):
    """What a page starts as. Seen in the whole tenant; `terms` are `[taxonomy, slug, name]`,
    `writer_ids` the people who wrote its words.

    In the trash (`trashed_at`) it is offered nowhere; after DAYS it goes for good.
    """

    __tablename__ = "page_template"
    __table_args__ = (
        CheckConstraint("tenant_id IS NOT NULL", name="tenant"),
        Index("ix_page_template_trashed_at", "trashed_at"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sentence: Mapped[str] = mapped_column(String(SENTENCE_LENGTH), default="")
    type: Mapped[str] = mapped_column(String(48))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(Text, default="")
    terms: Mapped[list[Any]] = mapped_column(default=list)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(String(35), default="")
    saved_at: Mapped[datetime] = mapped_column(default=now)
    writer_ids: Mapped[list[Any] | None]
    saved_by_label: Mapped[str] = mapped_column(String(300), default="")
    trashed_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this template."""
        return self.name


def templates_at(account: AccountRef) -> list[PageTemplate]:
    """Return what can be started from at an account. One statement.

    Its own first, then those of the accounts above, each by name.
    """
    query = (
        select(PageTemplate)
        .where(*_offered_at(account))
        .order_by(PageTemplate.account_id != account.id, PageTemplate.name, PageTemplate.id)
    )
    return list(db.session.scalars(query))


def template_at(template_id: uuid.UUID, account: AccountRef) -> PageTemplate | None:
    """Return a template that is offered at an account, its own or from above, or None."""
    return db.session.scalar(
        select(PageTemplate).where(PageTemplate.id == template_id, *_offered_at(account))
    )


def own_template(template_id: uuid.UUID, account_id: uuid.UUID) -> PageTemplate | None:
    """Return an account's own template, in the trash or not, or None."""
    return db.session.scalar(
        select(PageTemplate).where(
            PageTemplate.id == template_id, PageTemplate.account_id == account_id
        )
    )


def own_templates(account_id: uuid.UUID) -> list[PageTemplate]:
    """Return an account's own templates by name, without those in the trash."""
    query = select(PageTemplate).where(
        PageTemplate.account_id == account_id, PageTemplate.trashed_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(PageTemplate.name, PageTemplate.id)))


def trashed_templates(account_id: uuid.UUID) -> list[PageTemplate]:
    """Return an account's own templates in the trash, the latest first."""
    query = select(PageTemplate).where(
        PageTemplate.account_id == account_id, PageTemplate.trashed_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(PageTemplate.trashed_at.desc()).limit(MOST)))


def goes_at(template: PageTemplate) -> datetime:
    """Return when a template in the trash is deleted for good (UTC)."""
    return (template.trashed_at or now()) + timedelta(days=DAYS)


def _offered_at(account: AccountRef) -> tuple[Any, ...]:
    return (
        PageTemplate.tenant_id == account.tenant_id,
        PageTemplate.account_id.in_(account.path),
        PageTemplate.trashed_at.is_(None),
    )
