"""Grants: who holds which role where, from when until when, by whose word and why.

The bearer is a person, or a group: then whoever is in it at the instant asked about.
"""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.groups import Group, GroupMember
from tenants.people import Person
from tenants.roles import Role
from tenants.scope import TenantScoped

Reach = Literal["subtree", "account"]


class Grant(Keyed, TenantScoped, Audited, Base):
    """A person or a group holds a role at an account. It ends; it is never deleted."""

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("reach IN ('subtree', 'account')", name="reach"),
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="bearer"),
        Index("ix_grant_person_id_ended_at", "person_id", "ended_at"),
    )

    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person_group.id"), index=True)
    role_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("role.id"), index=True)
    reach: Mapped[str] = mapped_column(String(16), default="subtree")
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]
    because: Mapped[str] = mapped_column(Text, default="")
    given_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    given_by_label: Mapped[str] = mapped_column(String(300), default="")
    ended_at: Mapped[datetime | None]
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")
    end_reason: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    group: Mapped[Group | None] = relationship(foreign_keys=[group_id], lazy="raise")
    role: Mapped[Role] = relationship(lazy="raise")
    account: Mapped[Account] = relationship(lazy="raise", viewonly=True)

    @property
    def label(self) -> str:
        """Return how the trail names this grant."""
        return f"grant {self.id}"

    @property
    def bearer(self) -> Person | Group:
        """Return the person or the group that holds it."""
        found = self.person if self.group_id is None else self.group
        if found is None:
            raise LookupError(f"The bearer of grant {self.id} is gone.")
        return found

    @staticmethod
    def in_force(at: datetime) -> tuple:  # type: ignore[type-arg]  # SQL conditions of mixed types
        """Return the conditions under which a grant counts at an instant."""
        return (
            Grant.since <= at,
            or_(Grant.until.is_(None), Grant.until > at),
            or_(Grant.ended_at.is_(None), Grant.ended_at > at),
        )

    def counts(self, at: datetime) -> bool:
        """Tell whether the grant is in force at an instant."""
        started = self.since <= at
        return started and not any(end and end <= at for end in (self.until, self.ended_at))


def grants_at(account_ids: tuple[uuid.UUID, ...], at: datetime) -> list[Grant]:
    """Return the grants in force given at any of these accounts, bearers and roles loaded."""
    query = (
        select(Grant)
        .outerjoin(Grant.person)
        .outerjoin(Grant.group)
        .where(Grant.account_id.in_(account_ids), *Grant.in_force(at))
        .options(
            contains_eager(Grant.person),
            contains_eager(Grant.group),
            joinedload(Grant.role),
            joinedload(Grant.account),
        )
        .order_by(func.lower(func.coalesce(Person.name, Group.name)), Grant.id)
    )
    return list(db.session.scalars(query))


def people_around(
    account: AccountRef,
    *,
    roots: Collection[uuid.UUID],
    alone: Collection[uuid.UUID],
    limit: int = 500,
    search: str = "",
    chosen: Collection[uuid.UUID] = (),
) -> list[Person]:
    """Return the people who hold, or held, a grant at the account, above or below it, by name.

    With `search` only who has it in his name or address; who is `chosen` comes first in any case.
    Only grants inside the scope count, given below `roots` or at the single accounts in `alone`.
    """
    below = select(AccountClosure.descendant_id)
    around = select(Grant.id).where(
        or_(
            Grant.account_id.in_(account.path),
            Grant.account_id.in_(below.where(AccountClosure.ancestor_id == account.id)),
        ),
        or_(
            Grant.account_id.in_(below.where(AccountClosure.ancestor_id.in_(roots))),
            Grant.account_id.in_(alone),
        ),
    )
    direct = select(Grant.person_id).where(Grant.id.in_(around), Grant.person_id.is_not(None))
    grouped = select(GroupMember.person_id).where(
        GroupMember.group_id.in_(select(Grant.group_id).where(Grant.id.in_(around)))
    )
    query = select(Person).where(
        or_(Person.id.in_(direct), Person.id.in_(grouped)), Person.deactivated_at.is_(None),
        or_(Person.id.in_(chosen), _called(search)),
    )  # fmt: skip
    order = (Person.id.in_(chosen).desc(), func.lower(Person.name), Person.id)
    return list(db.session.scalars(query.order_by(*order).limit(limit)))


def _called(search: str) -> ColumnElement[bool]:
    if not search:
        return true()
    return or_(*(c.icontains(search, autoescape=True) for c in (Person.name, Person.email)))
