"""Tags and categories."""

import uuid
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tenants.db import Base, Keyed, db
from tenants.prepared import by_key
from tenants.scope import TenantScoped


class Term(Keyed, TenantScoped, Base):
    """A tag or a category of an account.

    One that was merged into another is kept, so that old ids and addresses lead on; it is in no
    list. It never leads to one that was merged too.
    """

    __tablename__ = "term"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("account_id", "taxonomy", "slug"),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["term.tenant_id", "term.id"]),
        ForeignKeyConstraint(["tenant_id", "merged_into_id"], ["term.tenant_id", "term.id"]),
        CheckConstraint("taxonomy IN ('tag', 'category')", name="taxonomy"),
    )

    taxonomy: Mapped[str] = mapped_column(String(16))
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[uuid.UUID | None]
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(index=True)

    @property
    def label(self) -> str:
        """Return how the trail names this term."""
        return self.name


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


def meant_by(account_id: uuid.UUID, term_ids: Collection[uuid.UUID]) -> list[Term]:
    """Return what the account's terms with these ids lead to today, by name. One statement."""
    if not term_ids:
        return []
    asked = {"of_account": account_id, "asked_ids": list(term_ids)}
    return list(db.session.scalars(_meant_query(), asked))


@cache
def _meant_query() -> Any:
    asked, account = aliased(Term), bindparam("of_account", type_=Uuid())
    ids = select(func.coalesce(asked.merged_into_id, asked.id)).where(
        asked.account_id == account,
        asked.id.in_(bindparam("asked_ids", type_=Uuid(), expanding=True)),
    )
    query = select(Term).where(Term.account_id == account, Term.id.in_(ids))
    return by_key(query.order_by(Term.name, Term.id))
