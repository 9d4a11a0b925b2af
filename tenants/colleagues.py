"""Who may do what at an account, asked from inside its tenant: to tell people, and to choose them.

Unlike `tenants.questions` these join the transaction that is open. They see the account's own
tenant: the house's staff, who hold nothing there but support sessions, are not among them.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import WHILE_HALTED, Holding
from tenants.groups import GroupMember
from tenants.holdings import held_at
from tenants.permissions import Permission
from tenants.roles import contents, in_force
from tenants.scope import tenant_at_large


@dataclass(frozen=True)
class Colleague:
    """Somebody who holds something at an account, with all that he holds there."""

    person_id: uuid.UUID
    name: str
    email: str
    zone: str
    holdings: tuple[Holding, ...]

    def holds(self, permission: Permission) -> bool:
        """Tell whether any of it contains a permission."""
        return any(permission in holding.permissions for holding in self.holdings)


def colleagues(account: AccountRef) -> list[Colleague]:
    """Return everybody of the tenant who holds something that reaches an account, by name.

    One statement.
    """
    with tenant_at_large():
        rows = held_at(now(), account_ids=account.path)
    held: dict[uuid.UUID, list[Holding]] = defaultdict(list)
    people = {}
    for row in rows:
        if row.holding.covers(account) and row.holding.support is None:
            held[row.person_id].append(row.holding)
            people[row.person_id] = row
    found = [
        Colleague(row.person_id, row.name, row.email, row.zone, tuple(held[row.person_id]))
        for row in people.values()
    ]
    return sorted(found, key=lambda each: (each.name.casefold(), each.email))


def who_may(permission: Permission, account: AccountRef) -> list[Colleague]:
    """Return those of them who may do something there; nobody where the account is halted."""
    if account.halted and permission not in WHILE_HALTED:
        return []
    return [each for each in colleagues(account) if each.holds(permission)]


def members_of(groups: Collection[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return who is in some groups of the tenant now. One statement; none for no group."""
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    if groups:
        query = select(GroupMember.group_id, GroupMember.person_id).where(
            GroupMember.group_id.in_(groups), *in_force(GroupMember, now())
        )
        for group_id, person_id in db.session.execute(query):
            found[group_id].add(person_id)
    return found


def with_heirs(roles: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return each role with those that inherit from it. Two statements; none for no role."""
    wanted = set(roles)
    if not wanted:
        return {}
    known = contents()
    return {role_id: {role_id, *known.heirs(role_id)} for role_id in wanted}
