"""Roles: named sets of permissions, each inheriting from a parent role. Kept as data."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.permissions import Permission as P
from tenants.permissions import known
from tenants.scope import TenantOrBuiltIn


class Role(Keyed, TenantOrBuiltIn, Audited, Base):
    """A named set of permissions. Without a tenant it is built in: shared, and fixed by us."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    sentence: Mapped[str] = mapped_column(String(300), default="")
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("role.id"))
    for_house: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int] = mapped_column(default=0)

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
        role.parent_id = roles[spec.parent].id if spec.parent else None
        db.session.flush()
        changes += _sync_permissions(role, {str(p) for p in spec.adds})
    return changes


def _sync_permissions(role: Role, wanted: set[str]) -> list[str]:
    rows = db.session.scalars(
        select(RolePermission).where(
            RolePermission.role_id == role.id, RolePermission.ended_at.is_(None)
        )
    )
    held = {row.permission: row for row in rows}
    for name in wanted - held.keys():
        db.session.add(RolePermission(role_id=role.id, permission=name))
    for name in held.keys() - wanted:
        held[name].ended_at = now()
    return [f"{role.key}: +{n}" for n in sorted(wanted - held.keys())] + [
        f"{role.key}: -{n}" for n in sorted(held.keys() - wanted)
    ]


def role_by_id(role_id: uuid.UUID) -> Role | None:
    """Return the role if it is built in or inside the scope, else None."""
    return db.session.scalar(select(Role).where(Role.id == role_id))


def contents_of_roles() -> dict[Role, frozenset[P]]:
    """Return every role inside the scope with all it comes to today, the weakest first.

    Two statements, however many roles there are.
    """
    roles = list(db.session.scalars(select(Role).order_by(Role.rank, Role.id)))
    adds: dict[uuid.UUID, set[str]] = {role.id: set() for role in roles}
    rows = select(RolePermission).where(
        or_(RolePermission.ended_at.is_(None), RolePermission.ended_at > now())
    )
    for row in db.session.scalars(rows):
        adds.setdefault(row.role_id, set()).add(row.permission)
    parents = {role.id: role.parent_id for role in roles}
    return {role: frozenset(known(_climb(role.id, parents, adds))) for role in roles}


def _climb(
    role_id: uuid.UUID | None,
    parents: dict[uuid.UUID, uuid.UUID | None],
    adds: dict[uuid.UUID, set[str]],
) -> set[str]:
    found: set[str] = set()
    seen: set[uuid.UUID] = set()
    while role_id is not None and role_id not in seen:
        seen.add(role_id)
        found |= adds.get(role_id, set())
        role_id = parents.get(role_id)
    return found


def built_in_roles() -> list[Role]:
    """Return the built-in roles, the weakest first."""
    query = select(Role).where(Role.tenant_id.is_(None)).order_by(Role.rank)
    return list(db.session.scalars(query))
