"""What people hold: their grants with the roles' permissions folded in, and support sessions."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, literal, select, true
from sqlalchemy.orm import aliased

from tenants.accounts import Account
from tenants.db import UtcDateTime, db
from tenants.decisions import Holding
from tenants.grants import Grant
from tenants.groups import Group, GroupMember
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Role, RoleParent, RolePermission, in_force
from tenants.support import sessions_in_force

DEEPEST = 12
"""How many roles deep inheritance is followed."""


@dataclass(frozen=True)
class Held:
    """One grant in force and whose it is."""

    person_id: uuid.UUID
    name: str
    email: str
    zone: str
    holding: Holding


def held_at(
    at: datetime,
    *,
    person_id: uuid.UUID | None = None,
    account_ids: Collection[uuid.UUID] | None = None,
    barred: bool = False,
) -> list[Held]:
    """Return the grants in force at an instant (UTC): one person's, or those at some accounts.

    A group's grant stands once for each person in the group. People who could not sign in at that
    instant are left out, unless `barred`. The support sessions open then come last, for those who
    hold the right to them; only where somebody does are they asked for. One statement, or two.
    Needs the directory's scope.
    """
    if person_id is not None and account_ids is None and not barred:
        found = db.session.execute(_own_query(), {"at": at, "person_id": person_id})
    else:
        found = db.session.execute(_query(at, _bearers(at, person_id, account_ids), barred))
    rows = _fold(found.all())
    return rows + _support(rows, at, account_ids)


@cache
def _own_query() -> Select[Any]:
    """Return the statement for one person: every request asks, so it is made once."""
    at, person_id = bindparam("at", type_=UtcDateTime()), bindparam("person_id", type_=Uuid())
    return _query(at, _bearers(at, person_id, None), False)


def _support(rows: list[Held], at: datetime, account_ids: Any) -> list[Held]:
    """Return the sessions of those among `rows` whose right to open them reaches there."""
    staff = {
        (row.person_id, row.holding.account_id): row
        for row in rows
        if Permission.SUPPORT_OPEN in row.holding.permissions and row.holding.reach == "subtree"
    }
    if not staff:
        return []
    people = {person_id for person_id, _ in staff}
    return [
        Held(row.person_id, row.name, row.email, row.zone, session)
        for person_id, session, path in sessions_in_force(at, people, account_ids)
        if (row := next((staff[person_id, n] for n in path if (person_id, n) in staff), None))
    ]


def _bearers(at: Any, person_id: Any, account_ids: Any) -> Any:
    """Return who holds which grant: directly, or through a group."""
    direct = select(Grant.id.label("grant_id"), Grant.person_id, literal("").label("through"))
    direct = direct.where(Grant.person_id.is_not(None), *Grant.in_force(at))
    grouped = (
        select(Grant.id, GroupMember.person_id, Group.name)
        .join(GroupMember, GroupMember.group_id == Grant.group_id)
        .join(Group, Group.id == Grant.group_id)
        .where(*Grant.in_force(at), *in_force(GroupMember, at))
    )
    if person_id is not None:
        direct = direct.where(Grant.person_id == person_id)
        grouped = grouped.where(GroupMember.person_id == person_id)
    if account_ids is not None:
        direct = direct.where(Grant.account_id.in_(account_ids))
        grouped = grouped.where(Grant.account_id.in_(account_ids))
    return direct.union_all(grouped).cte("bearer")


def _query(at: Any, bearer: Any, barred: bool) -> Select[Any]:
    chain = (
        select(Grant.id.label("grant_id"), Grant.role_id, literal(0).label("steps"))
        .where(Grant.id.in_(select(bearer.c.grant_id)))
        .cte("chain", recursive=True)
    )
    climb = select(chain.c.grant_id, RoleParent.parent_id, chain.c.steps + 1)
    climb = climb.join(RoleParent, RoleParent.role_id == chain.c.role_id)
    climb = climb.where(chain.c.steps < DEEPEST, *in_force(RoleParent, at))
    chain = chain.union_all(climb)
    held, via = aliased(Role), aliased(Role)
    query: Select[Any] = (
        select(
            Grant.id, Grant.tenant_id, Grant.account_id, Grant.reach, Grant.since, Grant.until,
            Grant.given_by_label, Grant.role_id, Account.name.label("account_name"),
            Account.handle, held.name.label("role_name"), via.name.label("via_name"),
            chain.c.steps, RolePermission.permission, Person.id.label("person_id"),
            Person.name.label("person_name"), Person.email, Person.zone, bearer.c.through,
        )
        .join(chain, chain.c.grant_id == Grant.id)
        .join(bearer, bearer.c.grant_id == Grant.id)
        .join(Account, Account.id == Grant.account_id)
        .join(Person, Person.id == bearer.c.person_id)
        .join(held, held.id == Grant.role_id)
        .join(via, via.id == chain.c.role_id)
        .join(RolePermission, RolePermission.role_id == via.id)
        .where(true() if barred else Person.active_at(at), *in_force(RolePermission, at))
        .order_by(Grant.id, chain.c.steps)
    )  # fmt: skip
    return query


def _fold(rows: Any) -> list[Held]:
    found: dict[tuple[uuid.UUID, uuid.UUID], Any] = {}
    steps: dict[uuid.UUID, dict[int, str]] = defaultdict(dict)
    for row in rows:
        steps[row.id][row.steps] = row.via_name
        _, permissions = found.setdefault((row.id, row.person_id), (row, {}))
        permissions.setdefault(row.permission, row.steps)
    return [_held(row, permissions, steps[row.id]) for row, permissions in found.values()]


def _held(row: Any, permissions: dict[str, int], steps: dict[int, str]) -> Held:
    holding = Holding(
        grant_id=row.id,
        tenant_id=row.tenant_id,
        account_id=row.account_id,
        account_name=row.account_name,
        account_handle=row.handle,
        reach=row.reach,
        role_name=row.role_name,
        since=row.since,
        until=row.until,
        given_by=row.given_by_label,
        permissions={
            permission: tuple(name for step, name in steps.items() if step <= last)
            for permission, last in permissions.items()
        },
        group=row.through,
        role_id=row.role_id,
    )
    return Held(row.person_id, row.person_name, row.email, row.zone, holding)
