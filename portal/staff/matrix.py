"""Roles and what each comes to, drawn from the stored roles."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask_admin import expose
from sqlalchemy import or_, select

from portal.staff.beside import counts_by
from portal.staff.cells import Cell
from portal.staff.doorway import Doorway
from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.permissions import Permission
from tenants.permissions import Permission as P
from tenants.roles import Role, RolePermission


class Matrix(Doorway):
    """Every permission against every built-in role."""

    needs = (P.ACCESS_VIEW,)
    words = "the roles and their permissions"

    @expose("/")
    def show(self) -> str:
        """Show the matrix."""
        roles = list(
            db.session.scalars(select(Role).where(Role.tenant_id.is_(None)).order_by(Role.rank))
        )
        own = _own_permissions()
        ids = [role.id for role in roles]
        return self.page(
            "admin/roles.html",
            roles=roles,
            parents={role.id: role.name for role in roles},
            rows=[(p, [cell(p, role, roles, own) for role in roles]) for p in Permission],
            held=counts_by(Grant.role_id, ids, Grant.id, *Grant.in_force(now())),
        )


def _own_permissions() -> dict[uuid.UUID, set[str]]:
    rows = db.session.execute(
        select(RolePermission.role_id, RolePermission.permission).where(
            RolePermission.tenant_id.is_(None),
            RolePermission.since <= now(),
            or_(RolePermission.ended_at.is_(None), RolePermission.ended_at > now()),
        )
    )
    found: dict[uuid.UUID, set[str]] = {}
    for role_id, permission in rows:
        found.setdefault(role_id, set()).add(permission)
    return found


def cell(
    permission: str, role: Role, roles: list[Role], own: Mapping[uuid.UUID, set[str]]
) -> Cell | None:
    """Return whether a role has a permission: of its own, or through which role it inherits."""
    by_id: dict[Any, Role] = {each.id: each for each in roles}
    step: Role | None = role
    seen: set[uuid.UUID] = set()
    while step is not None and step.id not in seen:
        if permission in own.get(step.id, set()):
            return Cell("Yes" if step is role else f"via {step.name}")
        seen.add(step.id)
        step = by_id.get(step.parent_id)
    return None
