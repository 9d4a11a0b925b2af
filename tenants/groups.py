"""Groups of people: made at an account and given roles like a person; members kept with times."""

import uuid
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.people import Person
from tenants.scope import TenantOrBuiltIn


class Group(Keyed, TenantOrBuiltIn, Audited, Base):
    """People who hold roles together, here and at accounts below. Seen in the whole tenant."""

    __tablename__ = "person_group"
    __table_args__ = (CheckConstraint("tenant_id IS NOT NULL", name="tenant"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    sentence: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    deleted_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this group."""
        return self.name


class GroupMember(Keyed, TenantOrBuiltIn, Audited, Base):
    """A person is in a group, from when until when. Ended, never deleted."""

    __tablename__ = "group_member"
    __table_args__ = (
        CheckConstraint("tenant_id IS NOT NULL", name="tenant"),
        Index("ix_group_member_person_id_ended_at", "person_id", "ended_at"),
        Index(
            "uq_group_member_current", "group_id", "person_id", unique=True,
            postgresql_where="ended_at IS NULL", sqlite_where="ended_at IS NULL",
        ),
    )  # fmt: skip

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    group_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person_group.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    added_by_label: Mapped[str] = mapped_column(String(300), default="")
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")
    because: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise")
    group: Mapped[Group] = relationship(foreign_keys=[group_id], lazy="raise")

    @property
    def label(self) -> str:
        """Return how the trail names this membership."""
        return f"membership {self.id}"


def group_by_id(group_id: uuid.UUID) -> Group | None:
    """Return the group if it is in the scope's tenant and not deleted, else None."""
    return db.session.scalar(select(Group).where(Group.id == group_id, Group.deleted_at.is_(None)))


def groups_at(account: AccountRef, *, deleted: bool = False) -> list[Group]:
    """Return the groups made at an account or above it, in its tenant, by name.

    `deleted` adds those deleted at the account itself.
    """
    gone = (Group.account_id == account.id) if deleted else false()
    query = (
        select(Group)
        .where(
            Group.account_id.in_(account.path),
            Group.tenant_id == account.tenant_id,
            or_(Group.deleted_at.is_(None), gone),
        )
        .order_by(func.lower(Group.name), Group.id)
    )
    return list(db.session.scalars(query))
