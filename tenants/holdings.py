"""What people hold: their grants with the roles' permissions folded in, and support sessions."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import String, Uuid, bindparam, cast, func, literal, or_, select, true

from tenants.accounts import Account
from tenants.db import UtcDateTime, db
from tenants.decisions import Holding
from tenants.grants import Grant
from tenants.groups import Group, GroupMember
from tenants.people import Person
from tenants.permissions import Permission
from tenants.prepared import by_key
from tenants.roles import Role, RoleParent, RolePermission, in_force
from tenants.support import sessions_in_force

SEPARATOR, FIELD, LINE = " ", "\t", "\n"
AT: Any = bindparam("at", type_=UtcDateTime())
PERSON: Any = bindparam("person_id", type_=Uuid())
ACCOUNTS: Any = bindparam("account_ids", expanding=True, type_=Uuid())
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
    query = _query(person_id is not None, account_ids is not None, barred)
    given: dict[str, Any] = {"at": at}
    given |= {} if person_id is None else {"person_id": person_id}
    given |= {} if account_ids is None else {"account_ids": list(account_ids)}
    rows = [_held(row) for row in db.session.execute(query, given)]
    return rows + _support(rows, at, account_ids)


def bearers_at(
    at: datetime, account_id: uuid.UUID, path: Collection[uuid.UUID]
) -> list[tuple[uuid.UUID, str, str]]:
    """Return who holds a grant that reaches an account at an instant (UTC): id, name, e-mail.

    `path` are the account and those above it. One statement. Needs the directory's scope.
    """
    asked = {"at": at, "account_id": account_id, "account_ids": list(path)}
    return [(row.id, row.name, row.email) for row in db.session.execute(_people_query(), asked)]


@cache
def _people_query() -> Any:
    bearer = _bearers(of_person=False, at_accounts=True)
    account_id: Any = bindparam("account_id", type_=Uuid())
    covers = or_(bearer.c.reach == "subtree", bearer.c.account_id == account_id)
    reaching = Person.id.in_(select(bearer.c.person_id).where(covers))
    people = select(Person.id, Person.name, Person.email)
    return by_key(people.where(Person.active_at(AT), reaching))


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


def _bearers(of_person: bool, at_accounts: bool) -> Any:
    """Return who holds which grant: directly, or through a group.

    With all that is asked of the grant: looked up once more, it would be found by its role, among
    everybody's who has that.
    """
    grant = (
        Grant.id.label("grant_id"), Grant.tenant_id, Grant.account_id, Grant.role_id, Grant.reach,
        Grant.since, Grant.until, Grant.given_by_label,
    )  # fmt: skip
    direct = select(*grant, Grant.person_id, literal("").label("through"))
    direct = direct.where(Grant.person_id.is_not(None), *Grant.in_force(AT))
    grouped = (
        select(*grant, GroupMember.person_id, Group.name)
        .join(GroupMember, GroupMember.group_id == Grant.group_id)
        .join(Group, Group.id == Grant.group_id)
        .where(*Grant.in_force(AT), *in_force(GroupMember, AT))
    )
    if of_person:
        direct = direct.where(Grant.person_id == PERSON)
        grouped = grouped.where(GroupMember.person_id == PERSON)
    if at_accounts:
        direct = direct.where(Grant.account_id.in_(ACCOUNTS))
        grouped = grouped.where(Grant.account_id.in_(ACCOUNTS))
    return direct.union_all(grouped).cte("bearer")


def _rights(bearer: Any) -> Any:
    """Return what each role that is held says: a line for itself and each it inherits from.

    A line tells how many steps away, the permissions and the name. By role, not by grant: of a
    thousand grants hundreds say the same.
    """
    chain = (
        select(bearer.c.role_id.label("held_id"), bearer.c.role_id, literal(0).label("steps"))
        .distinct()
        .cte("chain", recursive=True)
    )
    climb = select(chain.c.held_id, RoleParent.parent_id, chain.c.steps + 1)
    climb = climb.join(RoleParent, RoleParent.role_id == chain.c.role_id)
    climb = climb.where(chain.c.steps < DEEPEST, *in_force(RoleParent, AT))
    chain = chain.union_all(climb)
    said = (
        select(func.aggregate_strings(RolePermission.permission, SEPARATOR))
        .where(RolePermission.role_id == chain.c.role_id, *in_force(RolePermission, AT))
        .scalar_subquery()
    )
    name = func.replace(func.replace(Role.name, FIELD, SEPARATOR), LINE, SEPARATOR)
    line = cast(chain.c.steps, String()).concat(FIELD).concat(said).concat(FIELD).concat(name)
    query = select(chain.c.held_id, func.aggregate_strings(line, LINE).label("said"))
    query = query.join(Role, Role.id == chain.c.role_id).group_by(chain.c.held_id)
    return query.cte("rights").prefix_with("MATERIALIZED")


@cache
def _query(of_person: bool, at_accounts: bool, barred: bool) -> Any:
    """Return the statement: built once, since building it takes longer than running it."""
    bearer = _bearers(of_person, at_accounts)
    rights = _rights(bearer)
    query = (
        select(
            bearer, Account.name.label("account_name"), Account.handle.label("account_handle"),
            Role.name.label("role_name"), Person.name, Person.email, Person.zone,
            rights.c.said,
        )
        .join(rights, rights.c.held_id == bearer.c.role_id)
        .join(Account, Account.id == bearer.c.account_id)
        .join(Person, Person.id == bearer.c.person_id)
        .join(Role, Role.id == bearer.c.role_id)
        .where(rights.c.said.is_not(None), true() if barred else Person.active_at(AT))
        .order_by(bearer.c.grant_id)
    )  # fmt: skip
    return by_key(query) if of_person else query


@lru_cache(maxsize=1024)
def _said(lines: str) -> Mapping[str, tuple[str, ...]]:
    """Return each permission that the roles say, with the roles it comes through.

    One mapping for everybody with the same role: it cannot be changed.
    """
    found = sorted((int(steps), name, said) for steps, said, name in _fields(lines))
    path = tuple(name for _, name, _ in found)
    permissions: dict[str, tuple[str, ...]] = {}
    for length, (_, _, said) in enumerate(found, 1):
        for permission in said.split(SEPARATOR):
            permissions.setdefault(permission, path[:length])
    return MappingProxyType(permissions)


def _fields(lines: str) -> Iterator[list[str]]:
    return (line.split(FIELD) for line in lines.split(LINE))


def _held(row: Any) -> Held:
    holding = Holding(
        grant_id=row.grant_id,
        tenant_id=row.tenant_id,
        account_id=row.account_id,
        account_name=row.account_name,
        account_handle=row.account_handle,
        reach=row.reach,
        role_name=row.role_name,
        since=row.since,
        until=row.until,
        given_by=row.given_by_label,
        permissions=_said(row.said),
        group=row.through,
        role_id=row.role_id,
    )
    return Held(row.person_id, row.name, row.email, row.zone, holding)
