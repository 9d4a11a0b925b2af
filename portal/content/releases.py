"""Releases: pages that go live and offline together or not at all, and can be put back together."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page, Revision
from portal.content.schedules import LATE_MINUTES, is_pending
from tenants.accounts import Account, AccountRef, ref
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.scope import TenantScoped

State = Literal[
    "draft", "pending", "held", "failed", "done", "skipped", "cancelled", "undone"
]  # fmt: skip
STATES: tuple[State, ...] = (
    "draft", "pending", "held", "failed", "done", "skipped", "cancelled", "undone",
)  # fmt: skip
OPEN: tuple[State, ...] = ("draft", "pending", "held", "failed", "skipped")
"""States in which pages can be added and dropped, and a time be given."""
STUCK: tuple[State, ...] = ("held", "failed")
"""States that wait for a person."""
MOST = 200
NAME_LENGTH = 200


class Release(Keyed, TenantScoped, Audited, Base):
    """Pages of an account and of accounts below it that change at one instant, or not at all.

    `due_at` is UTC; `wall_time`, `zone` and `offset_minutes` are how it was asked for; a draft has
    none. `approver_id` is whose right to publish is asked for again, at the account of each page.
    `problems` are what was found when it was last looked over (`checked_at`), beside those of each
    item. `trace` is where every page and redirect stood that it changed, and what undoing needs.
    `missed_at` is when somebody noticed that nobody had carried it out.
    """

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("late_policy IN ('publish', 'skip', 'ask')", name="late_policy"),
        Index("ix_release_account_id_state", "account_id", "state", "created_at", "id"),
        Index("ix_release_account_id_due", "account_id", "due_at", "id"),
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    state: Mapped[str] = mapped_column(String(16), default="draft")
    due_at: Mapped[datetime | None]
    wall_time: Mapped[str] = mapped_column(String(32), default="")
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    offset_minutes: Mapped[int] = mapped_column(default=0)
    moves: Mapped[int] = mapped_column(default=0)
    maker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    maker_label: Mapped[str] = mapped_column(String(300))
    approver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    approver_label: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    cause: Mapped[str] = mapped_column(Text, default="")
    late_policy: Mapped[str] = mapped_column(String(8), default="publish")
    late_minutes: Mapped[int] = mapped_column(default=LATE_MINUTES)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    problems: Mapped[list[Any]] = mapped_column(default=list)
    trace: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @property
    def label(self) -> str:
        """Return how the trail names this release."""
        return self.name

    @property
    def is_open(self) -> bool:
        """Tell whether pages and the time can still be changed."""
        return self.state in OPEN


class ReleaseItem(Keyed, TenantScoped, Base):
    """One page of a release: which revision goes live, or that it goes offline.

    It belongs to its page's account. `problems` are `{tone, sentence, todo}`; `was_*` is what
    readers saw before the release was carried out.
    """

    __tablename__ = "release_item"
    __table_args__ = (
        UniqueConstraint("release_id", "page_id"),
        ForeignKeyConstraint(
            ["tenant_id", "release_id"], ["release.tenant_id", "release.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "revision_id"], ["revision.tenant_id", "revision.id"]),
        CheckConstraint("what IN ('publish', 'unpublish')", name="what"),
        Index("ix_release_item_page_id", "page_id"),
    )

    release_id: Mapped[uuid.UUID]
    page_id: Mapped[uuid.UUID]
    page_title: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(String(16))
    revision_id: Mapped[uuid.UUID | None]
    revision_number: Mapped[int | None]
    revision_digest: Mapped[str | None] = mapped_column(String(64))
    added_by_label: Mapped[str] = mapped_column(String(300))
    added_at: Mapped[datetime] = mapped_column(default=now)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    was_revision_number: Mapped[int | None]
    was_address: Mapped[str | None] = mapped_column(Text)

    @property
    def label(self) -> str:
        """Return how people name this item."""
        return self.page_title or "(untitled)"


_pending = is_pending(Release)
Index("ix_release_due", Release.due_at, sqlite_where=_pending, postgresql_where=_pending)
_missed = Release.missed_at.is_not(None)
Index("ix_release_missed", Release.missed_at, sqlite_where=_missed, postgresql_where=_missed)


@dataclass(frozen=True)
class Line:
    """An item as it is shown: with its page, where that stands, and the page's newest revision."""

    item: ReleaseItem
    page: Page | None
    account: AccountRef
    draft_number: int | None

    @property
    def has_newer(self) -> bool:
        """Tell whether the page was saved again after it was added."""
        mine = self.item.revision_number
        return mine is not None and self.draft_number is not None and self.draft_number > mine


def release_by_id(release_id: uuid.UUID, account_id: uuid.UUID) -> Release | None:
    """Return the account's release with this id if it is inside the scope, else None."""
    return db.session.scalar(
        select(Release).where(Release.id == release_id, Release.account_id == account_id)
    )


def items_of(release: Release) -> list[ReleaseItem]:
    """Return the items inside the scope, by title. One statement."""
    query = select(ReleaseItem).where(ReleaseItem.release_id == release.id)
    return list(db.session.scalars(query.order_by(ReleaseItem.page_title, ReleaseItem.id)))


def lines_of(release: Release) -> list[Line]:
    """Return the items inside the scope with what is shown of each, by account and title.

    One statement. A page in the trash is None.
    """
    query = (
        select(ReleaseItem, Page, Account, Revision.number)
        .outerjoin(Page, Page.id == ReleaseItem.page_id)
        .join(Account, Account.id == ReleaseItem.account_id)
        .outerjoin(Revision, Revision.id == Page.draft_revision_id)
        .where(ReleaseItem.release_id == release.id)
        .order_by(Account.depth, Account.name, ReleaseItem.page_title, ReleaseItem.id)
    )
    rows = db.session.execute(query).all()
    return [Line(item, page, ref(account), number) for item, page, account, number in rows]


def releases_between(account_id: uuid.UUID, since: datetime, until: datetime) -> list[Release]:
    """Return the account's releases due from `since` until before `until` (UTC), in that order.

    Cancelled ones are left out. One statement.
    """
    query = select(Release).where(
        Release.account_id == account_id, Release.due_at >= since, Release.due_at < until,
        Release.state != "cancelled",
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Release.due_at, Release.id)))


def sizes_of(release_ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many items inside the scope each release has. One statement."""
    query = (
        select(ReleaseItem.release_id, func.count())
        .where(ReleaseItem.release_id.in_(release_ids))
        .group_by(ReleaseItem.release_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}
