"""What people say about a page's draft: threads, each about a field or the whole."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    false,
    select,
)
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.scope import TenantScoped

MOST_SHOWN = 500


class Comment(Keyed, TenantScoped, Audited, Base):
    """One thing said. The first of a thread has no `thread_id`, and says whether it is settled.

    `field` is the key of what it is about, empty for the whole page; `quote` the words it is about.
    `revision_number` is the draft that stood when it was said. `from_outside`: it was said through
    a share link, under a name that nobody proved; `share_id` is the link, as long as the page stays
    where it was shared.
    """

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "thread_id"], ["comment.tenant_id", "comment.id"]),
        ForeignKeyConstraint(["tenant_id", "share_id"], ["share_link.tenant_id", "share_link.id"]),
        Index("ix_comment_page_id", "page_id", "created_at"),
        Index("ix_comment_share_id", "share_id"),
    )

    page_id: Mapped[uuid.UUID]
    page_title: Mapped[str] = mapped_column(LongText)
    thread_id: Mapped[uuid.UUID | None]
    share_id: Mapped[uuid.UUID | None]
    from_outside: Mapped[bool] = mapped_column(default=False, server_default=false())
    field: Mapped[str] = mapped_column(String(64), default="")
    quote: Mapped[str] = mapped_column(LongText, default="")
    text: Mapped[str] = mapped_column(LongText)
    mentioned: Mapped[list[Any]] = mapped_column(default=list)
    revision_number: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    author_name: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(default=now)
    resolved_at: Mapped[datetime | None]
    resolved_by_name: Mapped[str] = mapped_column(String(300), default="")

    @property
    def label(self) -> str:
        """Return how the trail names what the comment is about."""
        return self.page_title or "(untitled)"


def comments_on(page: Page) -> list[Comment]:
    """Return what was said about a page, in order, at most MOST_SHOWN, the latest of them."""
    query = select(Comment).where(Comment.page_id == page.id)
    query = query.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(MOST_SHOWN)
    return list(db.session.scalars(query))[::-1]


def comment_by_id(comment_id: uuid.UUID, page: Page) -> Comment | None:
    """Return the page's comment with this id, or None."""
    query = select(Comment).where(Comment.id == comment_id, Comment.page_id == page.id)
    return db.session.scalar(query)
