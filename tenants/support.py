"""Support sessions: staff look into an account as its admins see it, for half an hour, in sight.

A session is a right with a beginning and an end like any grant: what it allows at an instant is
worked out from its times, so that it runs out without a worker and the past can be asked about.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    or_,
    select,
)  # fmt: skip
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from tenants.accounts import Account, AccountClosure, AccountRef, split_path
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Holding, Support
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.prepared import by_key
from tenants.scope import TenantScoped

LIFE = timedelta(minutes=30)
ROLE_NAME = "Support session"
TICKET_LENGTH = 100
LOOK = frozenset({P.ACCESS_VIEW, P.ACCOUNT_VIEW, P.MEDIA_VIEW, P.PAGE_VIEW,
                  P.SCHEDULE_VIEW, P.TRAIL_VIEW})  # fmt: skip
"""What a session lets staff see: what the account's admins see."""
WRITE = LOOK | {P.ACCOUNT_EDIT, P.PAGE_CREATE, P.PAGE_EDIT, P.PAGE_PUBLISH}
"""What consent, or broken glass, adds: content. Never people, roles, limits or the account."""


class SupportSession(Keyed, TenantScoped, Audited, Base):
    """One person of the staff in one account, and all below it. Ended, never deleted.

    `number` counts the person's sessions: two opened at the same moment would share one, so that
    the database lets only one of them be. Times are UTC.
    """

    __tablename__ = "support_session"
    __table_args__ = (
        UniqueConstraint("person_id", "number"),
        CheckConstraint("expires_at > started_at", name="time"),
        Index("ix_support_session_person_id_expires_at", "person_id", "expires_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    ticket: Mapped[str] = mapped_column(String(TICKET_LENGTH))
    started_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")
    write_asked_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    consented_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    consented_by_label: Mapped[str] = mapped_column(String(300), default="")
    broke_glass_at: Mapped[datetime | None]
    glass_reason: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise")
    account: Mapped[Account] = relationship(lazy="raise", viewonly=True)

    @property
    def label(self) -> str:
        """Return how the trail names this session."""
        return f"the support session about {self.ticket}"

    @property
    def over_at(self) -> datetime:
        """Return when it ended, or will run out."""
        return min(self.ended_at or self.expires_at, self.expires_at)

    @property
    def open(self) -> bool:
        """Tell whether it is in force now."""
        return self.started_at <= now() < self.over_at

    @property
    def owes_report(self) -> bool:
        """Tell whether glass was broken and nobody has written yet what for."""
        return self.broke_glass_at is not None and self.reported_at is None

    @staticmethod
    def in_force(at: datetime) -> tuple[Any, ...]:
        """Return the conditions under which a session counts at an instant."""
        return (
            SupportSession.started_at <= at,
            SupportSession.expires_at > at,
            or_(SupportSession.ended_at.is_(None), SupportSession.ended_at > at),
        )

    def support_at(self, at: datetime) -> Support:
        """Return how far the session went at an instant."""
        if self.broke_glass_at is not None and self.broke_glass_at <= at:
            return Support(self.ticket, "glass")
        if self.consented_at is not None and self.consented_at <= at:
            return Support(self.ticket, "write")
        asked = self.write_asked_at is not None and self.write_asked_at <= at
        return Support(self.ticket, "look", asked)


def sessions_in_force(
    at: datetime, people: Iterable[uuid.UUID], account_ids: Iterable[uuid.UUID] | None = None
) -> list[tuple[uuid.UUID, Holding, tuple[uuid.UUID, ...]]]:
    """Return what support sessions gave these people at an instant, at some accounts or anywhere.

    Each with whose it was, and the path of its account. One statement. Needs the directory's scope.
    """
    query = (
        select(SupportSession, Account)
        .join(Account, Account.id == SupportSession.account_id)
        .where(SupportSession.person_id.in_(set(people)), *SupportSession.in_force(at))
    )
    if account_ids is not None:
        query = query.where(SupportSession.account_id.in_(account_ids))
    rows = db.session.execute(by_key(query.order_by(SupportSession.id))).all()
    return [
        (row.person_id, _holding(row, account, at), split_path(account.path))
        for row, account in rows
    ]


def _holding(row: SupportSession, account: Account, at: datetime) -> Holding:
    support = row.support_at(at)
    permissions = LOOK if support.kind == "look" else WRITE
    return Holding(
        grant_id=row.id,
        tenant_id=row.tenant_id,
        account_id=account.id,
        account_name=account.name,
        account_handle=account.handle,
        reach="subtree",
        role_name=ROLE_NAME,
        since=row.started_at,
        until=row.expires_at,
        given_by="",
        permissions={str(permission): (ROLE_NAME,) for permission in permissions},
        support=support,
    )


def sessions_of(person_id: uuid.UUID, since: datetime, until: datetime) -> list[SupportSession]:
    """Return a person's sessions open between two instants. Needs the directory's scope."""
    query = select(SupportSession).where(
        SupportSession.person_id == person_id,
        SupportSession.started_at <= until,
        SupportSession.expires_at >= since,
    )
    return list(db.session.scalars(query))


def sessions_at(account: AccountRef, limit: int = 100) -> list[SupportSession]:
    """Return the sessions at an account and below it, open ones and past, the newest first."""
    below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id == account.id)
    query = _with_names().where(SupportSession.account_id.in_(below))
    return list(db.session.scalars(query.order_by(SupportSession.started_at.desc()).limit(limit)))


def session_by_id(
    session_id: uuid.UUID, account: AccountRef, *, lock: bool
) -> SupportSession | None:
    """Return an account's session, with `lock` held until the transaction ends, or None."""
    query = _with_names().where(
        SupportSession.id == session_id, SupportSession.account_id == account.id
    )
    return db.session.scalar(query.with_for_update(of=SupportSession) if lock else query)


def _with_names() -> Select[SupportSession]:
    names = (
        joinedload(SupportSession.person, innerjoin=True),
        joinedload(SupportSession.account, innerjoin=True),
    )
    return select(SupportSession).options(*names)
