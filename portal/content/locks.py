"""Who writes on a page now: the lock, which every saving of a draft asks, and who is there."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page
from portal.content.problems import Locked
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor
from tenants.scope import TenantScoped

HERE_FOR = timedelta(seconds=60)
"""How long somebody counts as present after the last sign of life."""


class PageLock(Keyed, TenantScoped, Base):
    """Who has a page for himself, until when. An hour that has passed binds nobody: no job ends it.

    `taken_from_id` is who had it before, when somebody took it over.
    """

    __tablename__ = "page_lock"
    __table_args__ = (
        UniqueConstraint("tenant_id", "page_id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
    )

    page_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    person_label: Mapped[str] = mapped_column(String(300))
    since: Mapped[datetime]
    until: Mapped[datetime]
    taken_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))


@dataclass(frozen=True)
class Beside:
    """Who has a page for himself, whether reviews of it stand, and the tab's own working copy.

    True as long as the page is held: nobody else changes these without holding it.
    """

    lock: PageLock | None
    reviewed: bool
    copy_id: uuid.UUID | None


class PagePresence(Keyed, TenantScoped, Base):
    """Who had a page's editor open when."""

    __tablename__ = "page_presence"
    __table_args__ = (
        UniqueConstraint("tenant_id", "page_id", "person_id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
    )

    page_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    person_label: Mapped[str] = mapped_column(String(300))
    seen_at: Mapped[datetime]


def stored_lock(page: Page) -> PageLock | None:
    """Return the page's lock, whether it holds still or not."""
    return db.session.scalar(select(PageLock).where(PageLock.page_id == page.id))


def lock_of(page: Page) -> PageLock | None:
    """Return the lock that holds now, or None."""
    lock = stored_lock(page)
    return lock if lock is not None and lock.until > now() else None


def refuse_others(lock: PageLock | None, *, by: Actor) -> None:
    """Raise Locked when a lock holds now and is somebody else's."""
    if lock is not None and lock.until > now() and lock.person_id != by.person_id:
        raise Locked(f"{lock.person_label} is writing on this page.", lock)


def others_at(page: Page, *, by: Actor) -> list[PagePresence]:
    """Return who else has the page's editor open, by name."""
    query = select(PagePresence).where(
        PagePresence.page_id == page.id, PagePresence.seen_at > now() - HERE_FOR
    )
    found = db.session.scalars(query.order_by(PagePresence.person_label).limit(50))
    return [each for each in found if each.person_id != by.person_id]
