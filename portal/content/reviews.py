"""Texts that were handed in for review, and what reviewers said of them."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page, Revision
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.scope import TenantScoped
from tenants.step_kinds import ANYBODY

State = Literal["waiting", "approved", "rejected", "withdrawn", "voided"]
STATES = ("waiting", "approved", "rejected", "withdrawn", "voided")


class Review(Keyed, TenantScoped, Audited, Base):
    """One text of a page, handed in: it waits at one step after the other.

    `step` is where it waits, or where it ended. `barred_ids` are people who cannot act in it any
    more: who wrote what is reviewed, and who approved an earlier step. `passed_at` stays when an
    approved text is edited and the review is voided. Times are UTC.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "revision_id"], ["revision.tenant_id", "revision.id"]),
        CheckConstraint(
            "state IN ('waiting', 'approved', 'rejected', 'withdrawn', 'voided')", name="state"
        ),
        Index("ix_review_page_id", "page_id", "created_at"),
        Index("ix_review_waiting", "account_id", "state", "created_at"),
        Index(
            "uq_review_waiting", "page_id", unique=True,
            postgresql_where="state = 'waiting'", sqlite_where="state = 'waiting'",
        ),
    )  # fmt: skip

    page_id: Mapped[uuid.UUID]
    page_title: Mapped[str] = mapped_column(Text)
    revision_id: Mapped[uuid.UUID]
    revision_number: Mapped[int]
    revision_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    step: Mapped[str] = mapped_column(String(80))
    step_who: Mapped[str] = mapped_column(String(80), default=ANYBODY)
    step_since: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    assignee_label: Mapped[str] = mapped_column(String(300), default="")
    barred_ids: Mapped[list[Any]] = mapped_column(default=list)
    submitted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    submitted_by_label: Mapped[str] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    passed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def label(self) -> str:
        """Return how the trail names this review."""
        return self.page_title or "(untitled)"


_WAITING: Any = bindparam("waiting", "waiting", literal_execute=True)


def is_waiting(row: Any) -> ColumnElement[bool]:
    """Return the condition that a review waits, word by word as its index says it.

    `row` has the columns of `Review`.
    """
    found: ColumnElement[bool] = row.state == _WAITING
    return found


_oldest = (Review.tenant_id, Review.created_at, Review.id)
Index("ix_review_oldest", *_oldest, sqlite_where=is_waiting(Review),
      postgresql_where=is_waiting(Review))  # fmt: skip


class Verdict(Keyed, TenantScoped, Audited, Base):
    """What one person said of one revision, in one step. Never changed.

    It binds to the revision and to the digest of its text: no other text is approved by it.
    """

    __tablename__ = "verdict"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "review_id"], ["review.tenant_id", "review.id"]),
        ForeignKeyConstraint(["tenant_id", "revision_id"], ["revision.tenant_id", "revision.id"]),
        CheckConstraint("said IN ('approved', 'rejected')", name="said"),
        Index("ix_verdict_revision_id", "revision_id", "created_at"),
    )

    review_id: Mapped[uuid.UUID]
    revision_id: Mapped[uuid.UUID]
    revision_digest: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(String(80))
    said: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def label(self) -> str:
        """Return how the trail names this verdict."""
        return f"verdict on {self.step}"


def waiting_review(page: Page, *, lock: bool = False) -> Review | None:
    """Return the review of the page that waits, if one does."""
    query = select(Review).where(Review.page_id == page.id, Review.state == "waiting")
    return db.session.scalar(query.with_for_update() if lock else query)


def reviews_of(page: Page, limit: int = 50) -> list[Review]:
    """Return the page's reviews, the latest first."""
    query = select(Review).where(Review.page_id == page.id)
    query = query.order_by(Review.created_at.desc(), Review.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def review_by_id(review_id: uuid.UUID, account_id: uuid.UUID) -> Review | None:
    """Return the account's review with this id if it is inside the scope, else None."""
    query = select(Review).where(Review.id == review_id, Review.account_id == account_id)
    return db.session.scalar(query)


def verdicts_on(revision: Revision) -> list[Verdict]:
    """Return what was said of a revision, in order."""
    query = select(Verdict).where(Verdict.revision_id == revision.id)
    return list(db.session.scalars(query.order_by(Verdict.created_at, Verdict.id)))


def verdicts_on_each(revision_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Verdict]]:
    """Return what was said of some revisions, by their ids, in order. One statement."""
    query = select(Verdict).where(Verdict.revision_id.in_(revision_ids))
    found: dict[uuid.UUID, list[Verdict]] = {}
    for verdict in db.session.scalars(query.order_by(Verdict.created_at, Verdict.id)):
        found.setdefault(verdict.revision_id, []).append(verdict)
    return found


def verdicts_of(page: Page, limit: int = 200) -> dict[uuid.UUID, list[Verdict]]:
    """Return what was said of the page's texts, by the id of the review, in order."""
    of_page = select(Review.id, Review.revision_id).where(Review.page_id == page.id).subquery()
    query = select(Verdict).where(
        Verdict.revision_id.in_(select(of_page.c.revision_id)),
        Verdict.review_id.in_(select(of_page.c.id)),
    )
    query = query.order_by(Verdict.created_at.desc(), Verdict.id.desc()).limit(limit)
    found: dict[uuid.UUID, list[Verdict]] = {}
    for verdict in list(db.session.scalars(query))[::-1]:
        found.setdefault(verdict.review_id, []).append(verdict)
    return found


def approvals_of(verdicts: list[Verdict], digest: str) -> list[Verdict]:
    """Return the approvals of a text that count: those after it was last rejected."""
    rejected = [i for i, verdict in enumerate(verdicts) if verdict.said == "rejected"]
    standing = verdicts[rejected[-1] + 1 :] if rejected else verdicts
    return [v for v in standing if v.said == "approved" and v.revision_digest == digest]
