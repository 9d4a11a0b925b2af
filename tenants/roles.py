"""Roles: named sets of permissions, each inheriting from a parent role. Kept as data."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.permissions import Permission as P
from tenants.permissions import known
from tenants.scope import TenantOrBuiltIn


class Role(Keyed, TenantOrBuiltIn, Audited, Base):
    """A named set of permissions. Without a tenant it is built in: shared, and fixed by us.

    Any other is defined by an account (`account_id`) for itself and all below it.
    """

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    sentence: Mapped[str] = mapped_column(String(300), default="")
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    for_house: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    deleted_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this role."""
        return self.name

    @property
    def built_in(self) -> bool:
        """Tell whether the role is one of ours, which nobody changes."""
        return self.tenant_id is None


class RolePermission(Keyed, TenantOrBuiltIn, Base):
    """One permission of a role, for as long as it has it. Ended, never deleted."""

    __tablename__ = "role_permission"

    role_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("role.id"), index=True)
    permission: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class RoleParent(Keyed, TenantOrBuiltIn, Base):
    """The role a role inherits from, for as long as it does. Ended, never deleted."""

    __tablename__ = "role_parent"
    __table_args__ = (
        Index(
            "uq_role_parent_current", "role_id", unique=True,
            postgresql_where="ended_at IS NULL", sqlite_where="ended_at IS NULL",
        ),
    )  # fmt: skip

    role_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("role.id"), index=True)
    parent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("role.id"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Contents:
    """What each of some roles comes to at an instant: its own permissions, and its parent."""

    own: dict[uuid.UUID, frozenset[str]]
    parents: dict[uuid.UUID, uuid.UUID]

    def line(self, role_id: uuid.UUID) -> list[uuid.UUID]:
        """Return the role and those it inherits from, the nearest first."""
        found = [role_id]
        while (above := self.parents.get(found[-1])) is not None and above not in found:
            found.append(above)
        return found

    def names(self, role_id: uuid.UUID) -> frozenset[str]:
        """Return the names of all permissions the role comes to."""
        return frozenset().union(*(self.own.get(each, frozenset()) for each in self.line(role_id)))

    def permissions(self, role_id: uuid.UUID) -> frozenset[P]:
        """Return all permissions the role comes to that the catalogue knows today."""
        return frozenset(known(self.names(role_id)))

    def source(self, role_id: uuid.UUID, permission: str) -> uuid.UUID | None:
        """Return the role a permission comes from, the nearest, or None when it has it not."""
        line = self.line(role_id)
        return next((each for each in line if permission in self.own.get(each, ())), None)

    def heirs(self, role_id: uuid.UUID) -> list[uuid.UUID]:
        """Return the roles that inherit from this one, at whatever distance."""
        return [each for each in self.parents if role_id in self.line(each)[1:]]

    def changed(
        self, role_id: uuid.UUID, own: Collection[str], parent_id: uuid.UUID | None
    ) -> "Contents":
        """Return what all roles would come to if this one had these contents."""
        others = {each: above for each, above in self.parents.items() if each != role_id}
        return Contents(
            self.own | {role_id: frozenset(own)},
            others | ({role_id: parent_id} if parent_id else {}),
        )


def built_in(key: str) -> Role:
    """Return a built-in role. Raises LookupError when the database lacks it."""
    role = db.session.scalar(select(Role).where(Role.key == key, Role.tenant_id.is_(None)))
    if role is None:
        raise LookupError(f"There is no built-in role {key!r}; run the migrations.")
    return role


def contain(role: Role, wanted: set[str]) -> list[str]:
    """Make `wanted` the role's own permissions from now on; return a line for each difference.

    The caller has authorized it and records it.
    """
    rows = db.session.scalars(
        select(RolePermission).where(
            RolePermission.role_id == role.id, RolePermission.ended_at.is_(None)
        )
    )
    held = {row.permission: row for row in rows}
    for name in sorted(wanted - held.keys()):
        db.session.add(RolePermission(role_id=role.id, permission=name, tenant_id=role.tenant_id))
    for name in held.keys() - wanted:
        held[name].ended_at = now()
    return [f"{role.key}: +{n}" for n in sorted(wanted - held.keys())] + [
        f"{role.key}: -{n}" for n in sorted(held.keys() - wanted)
    ]


def inherit(role: Role, parent: Role | None) -> list[str]:
    """Make `role` inherit from `parent` from now on; return a line if that is a difference.

    The caller has authorized it, sees to it that no circle comes of it, and records it.
    """
    link = db.session.scalar(
        select(RoleParent).where(RoleParent.role_id == role.id, RoleParent.ended_at.is_(None))
    )
    if (link.parent_id if link else None) == (parent.id if parent else None):
        return []
    if link is not None:
        link.ended_at = now()
    if parent is not None:
        db.session.add(RoleParent(role_id=role.id, parent_id=parent.id, tenant_id=role.tenant_id))
    return [f"{role.key}: from {parent.key if parent else 'no other role'}"]


def contents(at: datetime | None = None) -> Contents:
    """Return what every role in the scope comes to at an instant (UTC, now), in two statements."""
    moment = at or now()
    own: dict[uuid.UUID, set[str]] = {}
    for row in db.session.scalars(select(RolePermission).where(*in_force(RolePermission, moment))):
        own.setdefault(row.role_id, set()).add(row.permission)
    links = db.session.scalars(select(RoleParent).where(*in_force(RoleParent, moment)))
    return Contents(
        {role_id: frozenset(names) for role_id, names in own.items()},
        {link.role_id: link.parent_id for link in links},
    )


def in_force(cls: Any, at: datetime) -> tuple[Any, Any]:
    """Return the conditions under which a row with `since` and `ended_at` counts at an instant."""
    return cls.since <= at, or_(cls.ended_at.is_(None), cls.ended_at > at)


def roles_at(account: AccountRef, *, deleted: bool = False) -> list[Role]:
    """Return the roles there are at an account: built in, and defined at it or above it.

    The built-in ones come first, the weakest first; the house's own only at the house. `deleted`
    adds those deleted at the account itself.
    """
    here = Role.account_id.in_(account.path) & (Role.tenant_id == account.tenant_id)
    gone = (Role.account_id == account.id) if deleted else false()
    query = (
        select(Role)
        .where(
            or_(Role.tenant_id.is_(None), here),
            or_(Role.deleted_at.is_(None), gone),
            Role.for_house.in_((True, False) if account.kind == "house" else (False,)),
        )
        .order_by(Role.tenant_id.is_not(None), Role.rank, func.lower(Role.name), Role.id)
    )
    return list(db.session.scalars(query))


def role_named(key: str, account: AccountRef) -> Role:
    """Return the role with this key that can be given at an account, the nearest one.

    Raises LookupError when there is none.
    """
    found = [role for role in roles_at(account) if role.key == key]
    if not found:
        raise LookupError(f"There is no role {key!r} at {account.name}.")
    return max(
        found, key=lambda role: account.path.index(role.account_id) if role.account_id else -1
    )


def role_by_id(role_id: uuid.UUID) -> Role | None:
    """Return the role if it is built in or inside the scope, else None."""
    return db.session.scalar(select(Role).where(Role.id == role_id))


def contents_of_roles(path: Collection[uuid.UUID]) -> dict[Role, frozenset[P]]:
    """Return the built-in roles and those of the accounts on a path, with all each comes to.

    The weakest built in first. Three statements, however many roles there are.
    """
    query = select(Role).where(
        Role.deleted_at.is_(None), or_(Role.account_id.is_(None), Role.account_id.in_(path))
    )
    roles = db.session.scalars(query.order_by(Role.account_id.is_not(None), Role.rank, Role.name))
    found = contents()
    return {role: found.permissions(role.id) for role in roles}


def built_in_roles() -> list[Role]:
    """Return the built-in roles, the weakest first."""
    query = select(Role).where(Role.tenant_id.is_(None)).order_by(Role.rank)
    return list(db.session.scalars(query))
