"""Tags and categories."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, Keyed
from tenants.scope import TenantScoped


class Term(Keyed, TenantScoped, Base):
    """A tag or a category of an account."""

    __tablename__ = "term"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("account_id", "taxonomy", "slug"),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["term.tenant_id", "term.id"]),
        CheckConstraint("taxonomy IN ('tag', 'category')", name="taxonomy"),
    )

    taxonomy: Mapped[str] = mapped_column(String(16))
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[uuid.UUID | None]


class PageTerm(TenantScoped, Base):
    """A live page stands under a term. Written at publication from the revision's terms."""

    __tablename__ = "page_term"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "term_id"], ["term.tenant_id", "term.id"]),
        Index("ix_page_term_term_id", "term_id", "page_id"),
    )

    page_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    term_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
