"""Which page refers to which: what "used in" counts, and what must not vanish unnoticed."""

import uuid
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page
from tenants.db import Base, db
from tenants.scope import TenantScoped

Side = Literal["draft", "live"]
SHOWN = 100


class PageUse(TenantScoped, Base):
    """A page's draft, or what readers see of it, refers to another page of its account.

    Written with the revision that says so.
    """

    __tablename__ = "page_use"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "used_id"], ["page.tenant_id", "page.id"]),
        CheckConstraint("side IN ('draft', 'live')", name="side"),
        Index("ix_page_use_used_id", "used_id", "page_id"),
    )

    page_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    used_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    side: Mapped[Side] = mapped_column(String(8), primary_key=True)


@dataclass(frozen=True)
class Use:
    """A page that refers to another: in its draft, in what readers see, or in both."""

    id: uuid.UUID
    title: str
    type: str
    state: str
    draft: bool
    live: bool


def note_uses(page: Page, side: Side, ids: set[uuid.UUID]) -> None:
    """Make `ids` what one side of a page refers to. Those that are not there are left out."""
    of_side = (PageUse.page_id == page.id, PageUse.side == side)
    db.session.execute(delete(PageUse).where(*of_side))
    if not ids:
        return
    known = select(Page.id).where(Page.account_id == page.account_id, Page.id.in_(ids))
    for used_id in db.session.scalars(known).all():
        db.session.add(
            PageUse(
                tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
                used_id=used_id, side=side,
            )
        )  # fmt: skip


def number_of_uses(page: Page) -> int:
    """Return how many pages refer to this one."""
    query = select(func.count(PageUse.page_id.distinct())).where(PageUse.used_id == page.id)
    return db.session.scalar(query) or 0


def uses_of(page: Page) -> list[Use]:
    """Return the pages that refer to this one, by title, at most SHOWN. One statement."""
    first, last = func.min(PageUse.side).label("first"), func.max(PageUse.side).label("last")
    using = select(PageUse.page_id, first, last).where(PageUse.used_id == page.id)
    sides = using.group_by(PageUse.page_id).subquery()
    query = select(Page, sides.c.first, sides.c.last).join(sides, sides.c.page_id == Page.id)
    rows = db.session.execute(query.order_by(Page.title, Page.id).limit(SHOWN)).all()
    return [
        Use(row.id, row.title, row.type, row.state, first == "draft", last == "live")
        for row, first, last in rows
    ]
