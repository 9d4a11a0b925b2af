"""What people ask for: a right they lack at an account, or to join one.

Whoever asks to join types a handle. Where no account has it the row stands at the house, where
nobody is shown it: what the person sees of it is the same, and so tells nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from tenants.accounts import Account, AccountRef, ref
from tenants.audit import Audited
from tenants.clock import now
from tenants.closure import is_below
from tenants.db import Base, Keyed, db
from tenants.engines import reading
from tenants.people import Person
from tenants.permissions import Permission, known
from tenants.scope import TenantScoped, directory

Kind = Literal["right", "join"]


class AccessRequest(Keyed, TenantScoped, Audited, Base):
    """Somebody asks for something at an account; somebody else answers, once.

    `wanted` is a permission, or for a request to join the handle that was typed.
    """

    __tablename__ = "access_request"
    __table_args__ = (
        CheckConstraint("kind IN ('right', 'join')", name="kind"),
        CheckConstraint("answer IN ('granted', 'refused', 'withdrawn')", name="answer"),
        Index("ix_access_request_person_id", "person_id", "asked_at"),
    )

    kind: Mapped[Kind] = mapped_column(String(16))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    wanted: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(16))
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_by_label: Mapped[str] = mapped_column(String(300), default="")
    answer_reason: Mapped[str] = mapped_column(Text, default="")
    grant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("grant.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise")
    account: Mapped[Account] = relationship(lazy="raise", viewonly=True)

    @property
    def label(self) -> str:
        """Return how the trail names this request."""
        return f"the request for {self.words}"

    @property
    def permission(self) -> Permission | None:
        """Return the right that is asked for; None for joining, or for one there is no more."""
        return next(iter(known([self.wanted])), None) if self.kind == "right" else None

    @property
    def words(self) -> str:
        """Return what is asked for, to stand after "asks for"."""
        return words_of(self.kind, self.wanted)


_OPEN = AccessRequest.answered_at.is_(None)
Index(
    "ix_access_request_open", AccessRequest.account_id, AccessRequest.person_id,
    AccessRequest.kind, AccessRequest.wanted,
    unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
)  # fmt: skip


@dataclass(frozen=True)
class OwnRequest:
    """A request as whoever made it sees it; outlives the session that loaded it."""

    id: uuid.UUID
    account: AccountRef
    words: str
    place: str
    reason: str
    asked_at: datetime
    answered_at: datetime | None
    answer: str | None
    answered_by: str
    answer_reason: str


def words_of(kind: str, wanted: str) -> str:
    """Return what is asked for, to stand after "asks for"."""
    if kind == "join":
        return "a place in the account"
    permission = next(iter(known([wanted])), None)
    return f"“{permission.sentence}”" if permission else wanted


def requests_of(person_id: uuid.UUID, limit: int = 20) -> list[OwnRequest]:
    """Return what a person asked for, in whichever tenant, the newest first.

    Call it outside any scope.
    """
    query = (
        select(AccessRequest, Account)
        .join(Account, Account.id == AccessRequest.account_id)
        .where(AccessRequest.person_id == person_id)
        .order_by(AccessRequest.asked_at.desc(), AccessRequest.id)
        .limit(limit)
    )
    with reading(), directory():
        return [_own(row, ref(account)) for row, account in db.session.execute(query)]


def open_requests_below(account: AccountRef, limit: int = 200) -> list[AccessRequest]:
    """Return the open requests at the account and below it, the oldest first, inside the scope."""
    return list(db.session.scalars(_open_below(), {"of_account": account.id, "at_most": limit}))


def open_below() -> Select[Any]:
    """Return the statement of what waits for an answer at the account `of_account` and below it.

    Some of it nobody can answer: `open_requests_below` leaves that out.
    """
    below = is_below(AccessRequest.account_id, [bindparam("of_account", type_=Uuid())])
    return select(AccessRequest.id).where(AccessRequest.answered_at.is_(None), below)


@cache
def _open_below() -> Select[AccessRequest]:
    return (
        _whole()
        .where(
            AccessRequest.id.in_(open_below()),
            Person.deactivated_at.is_(None),
            or_(AccessRequest.kind == "right", AccessRequest.wanted == Account.handle),
        )
        .order_by(AccessRequest.asked_at, AccessRequest.id)
        .limit(bindparam("at_most", type_=Integer()))
    )


def request_by_id(
    request_id: uuid.UUID, account: AccountRef, *, lock: bool = False
) -> AccessRequest | None:
    """Return a request made at this account, locked until the transaction ends if so asked."""
    query = _whole().where(AccessRequest.id == request_id, AccessRequest.account_id == account.id)
    return db.session.scalar(query.with_for_update(of=AccessRequest) if lock else query)


def open_request(
    person_id: uuid.UUID, account: AccountRef, kind: Kind, wanted: str
) -> AccessRequest | None:
    """Return the open request of a person for just this, or None."""
    return db.session.scalar(
        select(AccessRequest).where(
            AccessRequest.person_id == person_id, AccessRequest.account_id == account.id,
            AccessRequest.kind == kind, AccessRequest.wanted == wanted,
            AccessRequest.answered_at.is_(None),
        )
    )  # fmt: skip


def _whole() -> Select[AccessRequest]:
    return (
        select(AccessRequest)
        .join(AccessRequest.person)
        .join(AccessRequest.account)
        .options(contains_eager(AccessRequest.person), contains_eager(AccessRequest.account))
    )


def _own(row: AccessRequest, account: AccountRef) -> OwnRequest:
    place = row.wanted if row.kind == "join" else account.name
    return OwnRequest(
        row.id, account, row.words, place, row.reason, row.asked_at, row.answered_at, row.answer,
        row.answered_by_label, row.answer_reason,
    )  # fmt: skip
