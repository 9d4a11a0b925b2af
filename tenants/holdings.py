"""What people hold: their grants with the roles' permissions folded in, in one statement."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, or_, select
from sqlalchemy.orm import aliased

from tenants.accounts import Account
from tenants.db import db
from tenants.decisions import Holding
from tenants.grants import Grant
from tenants.people import Person
from tenants.roles import Role, RolePermission


@dataclass(frozen=True)
class Held:
    """One grant in force and whose it is."""

    person_id: uuid.UUID
    name: str
    email: str
    zone: str
    holding: Holding


def held_at(at: datetime, condition: Any) -> list[Held]:
    """Return the grants in force at an instant (UTC) that fit a condition on Grant.

    People who could not sign in at that instant are left out. Needs the directory's scope.
    """
    rows = db.session.execute(_query(at, condition)).all()
    people = {row[0].id: row for row in rows}
    found = []
    for holding in _fold(rows):
        grant, *_, name, email, zone = people[holding.grant_id]
        found.append(Held(grant.person_id, name, email, zone, holding))
    return found


def _query(at: datetime, condition: Any) -> Select[Any]:
    chain = (
        select(Grant.id.label("grant_id"), Grant.role_id, literal(0).label("steps"))
        .where(condition, *Grant.in_force(at))
        .cte("chain", recursive=True)
    )
    climb = select(chain.c.grant_id, Role.parent_id, chain.c.steps + 1)
    climb = climb.join(Role, Role.id == chain.c.role_id).where(Role.parent_id.is_not(None))
    chain = chain.union_all(climb)
    held, via = aliased(Role), aliased(Role)
    active = or_(Person.deactivated_at.is_(None), Person.deactivated_at > at)
    return (
        select(
            Grant, Account, held.name, via.name, chain.c.steps, RolePermission.permission,
            Person.name, Person.email, Person.zone,
        )
        .join(chain, chain.c.grant_id == Grant.id)
        .join(Account, Account.id == Grant.account_id)
        .join(Person, Person.id == Grant.person_id)
        .join(held, held.id == Grant.role_id)
        .join(via, via.id == chain.c.role_id)
        .join(RolePermission, RolePermission.role_id == via.id)
        .where(
            active,
            RolePermission.since <= at,
            or_(RolePermission.ended_at.is_(None), RolePermission.ended_at > at),
        )
        .order_by(Grant.id, chain.c.steps)
    )  # fmt: skip


def _fold(rows: Any) -> list[Holding]:
    found: dict[uuid.UUID, Any] = {}
    steps: dict[uuid.UUID, dict[int, str]] = defaultdict(dict)
    for grant, account, role_name, via_name, step, permission, *_ in rows:
        entry = found.setdefault(grant.id, (grant, account, role_name, {}))
        steps[grant.id][step] = via_name
        entry[3].setdefault(permission, step)
    return [
        Holding(
            grant_id=grant.id,
            tenant_id=grant.tenant_id,
            account_id=account.id,
            account_name=account.name,
            account_handle=account.handle,
            reach=grant.reach,
            role_name=role_name,
            since=grant.since,
            until=grant.until,
            given_by=grant.given_by_label,
            permissions={
                permission: tuple(name for step, name in steps[grant.id].items() if step <= last)
                for permission, last in permissions.items()
            },
        )
        for grant, account, role_name, permissions in found.values()
    ]
