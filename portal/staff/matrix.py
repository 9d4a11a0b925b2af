"""Roles and what each comes to, drawn from the stored roles."""

from flask_admin import expose
from sqlalchemy import select

from portal.staff.beside import counts_by
from portal.staff.cells import Cell
from portal.staff.doorway import Doorway
from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.permissions import Permission
from tenants.permissions import Permission as P
from tenants.roles import Contents, Role, contents


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
        held = contents()
        ids = [role.id for role in roles]
        return self.page(
            "admin/roles.html",
            roles=roles,
            parents={role.id: role.name for role in roles},
            rows=[(p, [cell(p, role, roles, held) for role in roles]) for p in Permission],
            held=counts_by(Grant.role_id, ids, Grant.id, *Grant.in_force(now())),
        )


def cell(permission: str, role: Role, roles: list[Role], held: Contents) -> Cell | None:
    """Return whether a role has a permission: of its own, or through which role it inherits."""
    by_id = {each.id: each for each in roles}
    for step in held.line(role.id):
        if permission in held.own.get(step, ()):
            return Cell("Yes" if step == role.id else f"via {by_id[step].name}")
    return None
