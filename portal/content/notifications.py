"""What people are told inside the portal, and by mail as each chose."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    Text,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page
from portal.content.paging import PER_PAGE, Slice, key_of, parse_key
from tenants.accounts import Account
from tenants.clock import now
from tenants.closure import is_below
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor
from tenants.permissions import Permission
from tenants.scope import TenantScoped

Kind = Literal[
    "asked", "assigned", "approved", "passed", "rejected", "voided", "reminder", "escalated",
    "mention", "reply", "outside", "opinion", "release", "export",
    "done", "held", "failed", "skipped", "missed", "problem", "rules",
]  # fmt: skip
TALK = frozenset({"mention", "reply", "outside"})
"""Kinds that lead to a comment; those not named here lead to the review."""
TIMED: dict[str, str] = {
    "done": "done", "held": "held", "failed": "failed", "skipped": "skipped",
    "missed": "pending", "problem": "pending", "rules": "pending",
}  # fmt: skip
"""Kinds about schedules, and the state of those that a notice without a page is about."""
COUNTED = 99


class Notification(Keyed, TenantScoped, Base):
    """One person is told one thing about a page, an account's schedules or an export.

    Whether he may still see it is asked whenever it is shown or mailed. `mailed_at` is when that
    was decided, whether a mail left or not. `schedule_id` names a schedule that was there.
    """

    __tablename__ = "notification"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "comment_id"], ["comment.tenant_id", "comment.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "release_id"], ["release.tenant_id", "release.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "export_id"],
            ["export_run.tenant_id", "export_run.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(
            "kind IN ('asked', 'assigned', 'approved', 'passed', 'rejected', 'voided', 'reminder', "
            "'escalated', 'mention', 'reply', 'outside', 'opinion', 'release', 'done', 'held', "
            "'failed', 'skipped', 'missed', 'problem', 'rules', 'export')",
            name="kind",
        ),
        Index("ix_notification_person_id", "person_id", "tenant_id", "created_at", "id"),
        Index("ix_notification_unread", "person_id", "tenant_id", "read_at"),
        Index("ix_notification_unmailed", "mailed_at", "created_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16))
    page_id: Mapped[uuid.UUID | None]
    comment_id: Mapped[uuid.UUID | None]
    schedule_id: Mapped[uuid.UUID | None]
    release_id: Mapped[uuid.UUID | None]
    export_id: Mapped[uuid.UUID | None]
    sentence: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail would name this notification."""
        return self.sentence

    @property
    def place(self) -> tuple[str, dict[str, Any]]:
        """Return what it leads to in its account: an endpoint, and its values but the handle."""
        if self.release_id is not None:
            return "releases.show", {"release_id": self.release_id}
        if self.export_id is not None:
            return "export_runs.show", {"export_id": self.export_id}
        if self.kind in TALK:
            anchor = f"comment-{self.comment_id}"
            return "comments.index", {
                "page_id": self.page_id, "about": self.comment_id, "_anchor": anchor,
            }  # fmt: skip
        if self.kind not in TIMED:
            return "reviews.show", {"page_id": self.page_id}
        if self.schedule_id is not None:
            return "schedules.show", {"schedule_id": self.schedule_id}
        return "schedules.index", {"state": TIMED[self.kind]}


def notify(
    page: Page, kind: Kind, sentence: str, to: Iterable[uuid.UUID | None], *, by: Actor | None,
    comment_id: uuid.UUID | None = None,
) -> set[uuid.UUID]:  # fmt: skip
    """Tell people something about a page, in this transaction; nobody is told what he did himself.

    Returns who is told.
    """
    told = {each for each in to if each is not None} - {by.person_id if by else None}
    for person_id in sorted(told, key=str):
        db.session.add(
            Notification(
                tenant_id=page.tenant_id, account_id=page.account_id, person_id=person_id,
                kind=kind, page_id=page.id, comment_id=comment_id, sentence=sentence,
            )
        )  # fmt: skip
    return told


def notifications_of(actor: Actor, before: str | None = None) -> Slice:
    """Return (notification, account's name, its handle) of the scope's tenant, the latest first.

    Only what is about accounts whose drafts the person may read now. One statement.
    """
    query = select(Notification, Account.name, Account.handle)
    query = query.join(Account, Account.id == Notification.account_id).where(*_seen_by(actor))
    if before:
        place = tuple_(Notification.created_at, Notification.id)
        query = query.where(place < tuple_(*parse_key(before)))
    query = query.order_by(Notification.created_at.desc(), Notification.id.desc())
    rows = list(db.session.execute(query.limit(PER_PAGE + 1)).all())
    last = rows[PER_PAGE - 1][0] if len(rows) > PER_PAGE else None
    return Slice(rows[:PER_PAGE], key_of(last.created_at, last.id) if last else None)


def unread_count(actor: Actor) -> int:
    """Return how many of them were not read yet, at most COUNTED + 1. One statement."""
    return db.session.scalar(unread_query(), unread_asked(actor)) or 0


def unread_asked(actor: Actor) -> dict[str, Any]:
    """Return what `unread_query` wants to know of a person."""
    far, near = _reach(actor, Permission.PAGE_VIEW)
    return {"told": actor.person_id, "told_far": far, "told_near": near}


@cache
def unread_query() -> Select[Any]:
    """Return the statement of what a person did not read; every page asks, so it is made once."""
    far, near = (bindparam(n, type_=Uuid(), expanding=True) for n in ("told_far", "told_near"))
    query = select(Notification.id).where(
        Notification.read_at.is_(None),
        Notification.person_id == bindparam("told", type_=Uuid()),
        _within(Notification.account_id, far, near),
    )
    return select(func.count()).select_from(query.limit(COUNTED + 1).subquery())


def notification_by_id(notification_id: uuid.UUID, actor: Actor) -> Notification | None:
    """Return the person's own notification with this id if he may see it, else None."""
    query = select(Notification).where(Notification.id == notification_id, *_seen_by(actor))
    return db.session.scalar(query)


def mark_read(rows: Collection[Notification]) -> None:
    """Note that they were read."""
    for row in rows:
        row.read_at = row.read_at or now()


def mark_all_read(actor: Actor) -> int:
    """Note that the person read everything the scope's tenant told him; return how many were new.

    At most 500 at once.
    """
    query = select(Notification).where(Notification.read_at.is_(None), *_seen_by(actor))
    rows = list(db.session.scalars(query.limit(500)))
    mark_read(rows)
    return len(rows)


def _seen_by(actor: Actor) -> list[ColumnElement[Any]]:
    """Return the conditions of what is the person's and about drafts he may read."""
    return [
        Notification.person_id == actor.person_id,
        reached_with(actor, Permission.PAGE_VIEW, Notification.account_id),
    ]


def reached_with(actor: Actor, permission: Permission, account_id: Any) -> ColumnElement[bool]:
    """Return the condition that a column names an account where the actor holds a right."""
    return _within(account_id, *_reach(actor, permission))


def within_reach(account_id: Any, name: str) -> ColumnElement[bool]:
    """Return the same for a statement that is made once; `reach_as` is what it is run with."""
    far, near = (
        bindparam(f"{name}_{reach}", type_=Uuid(), expanding=True) for reach in ("far", "near")
    )
    return _within(account_id, far, near)


def reach_as(name: str, actor: Actor, permission: Permission) -> dict[str, list[uuid.UUID]]:
    """Return where an actor holds a right, as the values of `within_reach` of that name."""
    far, near = _reach(actor, permission)
    return {f"{name}_far": list(far), f"{name}_near": list(near)}


def _reach(actor: Actor, permission: Permission) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Return the accounts below which, and those at which alone, the actor holds a right."""
    holding = [h for h in actor.holdings if permission in h.permissions]
    far = {h.account_id for h in holding if h.reach == "subtree"}
    return far, {h.account_id for h in holding if h.reach != "subtree"}


def _within(account_id: Any, far: Any, near: Any) -> ColumnElement[bool]:
    return or_(is_below(account_id, far), account_id.in_(near))
