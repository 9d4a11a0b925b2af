"""Roles: named sets of permissions, each inheriting from a parent role. Kept as data."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

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
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

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


@dataclass(frozen=True)
class BuiltIn:
    """A role we ship: what it adds to the role it inherits from."""

    key: str
    name: str
    sentence: str
    parent: str | None
    adds: tuple[P, ...]
    for_house: bool = False


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("viewer", "Viewer", "Looks, never touches.", None,
            (P.ACCOUNT_VIEW, P.PAGE_VIEW, P.SCHEDULE_VIEW)),
    BuiltIn("author", "Author", "Writes drafts of his own.", "viewer",
            (P.PAGE_CREATE, P.PAGE_EDIT_OWN)),
    BuiltIn("editor", "Editor", "Edits anything and hands it over.", "author", (P.PAGE_EDIT,)),
    BuiltIn("publisher", "Publisher", "Publishes, schedules and unpublishes.", "editor",
            (P.PAGE_PUBLISH,)),
    BuiltIn("account-admin", "Account admin", "Runs the account and all below it.", "publisher",
            (P.ACCESS_VIEW, P.ACCOUNT_CLOSE, P.ACCOUNT_EDIT, P.ACCOUNT_MOVE, P.ACCOUNT_OPEN,
             P.ACCOUNT_SUSPEND, P.CONTENT_IMPORT, P.GRANT_END, P.GRANT_GIVE, P.GROUP_MANAGE,
             P.POLICY_SET, P.QUOTA_SET, P.ROLE_MANAGE, P.SUPPORT_CONSENT, P.TRAIL_MANAGE,
             P.TRAIL_VIEW)),
    BuiltIn("auditor", "Auditor", "Looks at everything about access, never at content.", None,
            (P.ACCESS_VIEW, P.ACCOUNT_VIEW, P.CONSOLE_VIEW, P.SCHEDULE_VIEW, P.TRAIL_VIEW), True),
    BuiltIn("support", "Support", "Looks in to help, without reading drafts.", None,
            (P.ACCESS_VIEW, P.ACCOUNT_VIEW, P.CONSOLE_VIEW, P.SCHEDULE_VIEW, P.SUPPORT_OPEN,
             P.TRAIL_VIEW), True),
    BuiltIn("operator", "Operator", "Runs accounts, people, domains and queues.", "support",
            (P.ACCOUNT_CLOSE, P.ACCOUNT_EDIT, P.ACCOUNT_MOVE, P.ACCOUNT_OPEN, P.ACCOUNT_SUSPEND,
             P.GRANT_END, P.GRANT_GIVE, P.PERSON_MANAGE, P.POLICY_SET, P.QUOTA_SET), True),
    BuiltIn("owner", "Owner", "Answers for the whole house and appoints its staff.", "operator",
            (P.GROUP_MANAGE, P.ROLE_MANAGE, P.STAFF_MANAGE, P.SUPPORT_BREAK_GLASS, P.TRAIL_MANAGE),
            True),
)  # fmt: skip


def built_in(key: str) -> Role:
    """Return a built-in role. Raises LookupError when the database lacks it."""
    role = db.session.scalar(select(Role).where(Role.key == key, Role.tenant_id.is_(None)))
    if role is None:
        raise LookupError(f"There is no built-in role {key!r}; run the migrations.")
    return role


def sync_built_in() -> list[str]:
    """Make the stored built-in roles equal to BUILT_IN, ending what is no longer in it.

    Returns a line for each difference found. Needs `across_tenants`; the caller records it.
    """
    changes: list[str] = []
    roles = {r.key: r for r in db.session.scalars(select(Role).where(Role.tenant_id.is_(None)))}
    for rank, spec in enumerate(BUILT_IN):
        role = roles.get(spec.key)
        if role is None:
            role = roles[spec.key] = Role(key=spec.key, name=spec.name)
            db.session.add(role)
            changes.append(f"added role {spec.key}")
        role.name, role.sentence, role.rank = spec.name, spec.sentence, rank
        role.for_house = spec.for_house
        db.session.flush()
        changes += inherit(role, roles[spec.parent] if spec.parent else None)
        changes += contain(role, {str(p) for p in spec.adds})
    return changes


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


def role_by_id(role_id: uuid.UUID) -> Role | None:
    """Return the role if it is built in or inside the scope, else None."""
    return db.session.scalar(select(Role).where(Role.id == role_id))


def contents_of_roles(path: Collection[uuid.UUID]) -> dict[Role, frozenset[P]]:
    """Return the roles that can be given at an account, by its path, with all each comes to.

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
