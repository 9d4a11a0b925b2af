"""Who is where: what must be known before there is a scope.

Each function opens and closes the directory's own short read; call them outside any scope. They
return plain values that outlive the session.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, or_, select
from sqlalchemy.orm import aliased

from tenants.accounts import Account, AccountClosure, AccountRef, ref
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Holding
from tenants.grants import Grant
from tenants.people import Person, person_by_email
from tenants.permissions import Permission
from tenants.roles import Role, RolePermission
from tenants.scope import Scope, directory, reading


@dataclass(frozen=True)
class Giver:
    """Somebody who could give a missing right."""

    name: str
    email: str
    role_name: str
    account_name: str


def actor_for(person_id: uuid.UUID, at: datetime | None = None) -> Actor | None:
    """Return the person as an actor with the grants in force, or None if there is no such person.

    One statement for the person and one for everything held.
    """
    with reading(), directory():
        person = db.session.get(Person, person_id)
        if person is None or not person.active:
            return None
        rows = db.session.execute(_holdings(at or now(), Grant.person_id == person_id)).all()
        return Actor(
            person_id=person.id,
            label=person.email,
            name=person.name,
            zone=person.zone,
            holdings=tuple(_fold(rows)),
        )


def actor_by_email(email: str) -> Actor | None:
    """Return the person with this e-mail as an actor, or None."""
    with reading(), directory():
        person = person_by_email(email)
        person_id = person.id if person else None
    return actor_for(person_id) if person_id else None


def account_path(handle: str) -> tuple[AccountRef, ...]:
    """Return the account with this handle and its ancestors, the house first; empty if none."""
    leaf = aliased(Account)
    query = (
        select(Account)
        .join(AccountClosure, AccountClosure.ancestor_id == Account.id)
        .join(leaf, AccountClosure.descendant_id == leaf.id)
        .where(leaf.handle == handle)
        .order_by(AccountClosure.distance.desc())
    )
    with reading(), directory():
        return tuple(ref(account) for account in db.session.scalars(query))


def account_ref(account_id: uuid.UUID) -> AccountRef | None:
    """Return the account with this id, or None."""
    with reading(), directory():
        account = db.session.get(Account, account_id)
        return ref(account) if account else None


def house() -> AccountRef | None:
    """Return the root of the tree, or None before there is one."""
    with reading(), directory():
        account = db.session.scalar(select(Account).where(Account.kind == "house"))
        return ref(account) if account else None


def accounts_within_reach(actor: Actor, limit: int, search: str = "") -> list[AccountRef]:
    """Return accounts the actor is a member of, parents before children, at most `limit`."""
    roots = [h.account_id for h in actor.holdings if h.reach == "subtree"]
    alone = [h.account_id for h in actor.holdings if h.reach != "subtree"]
    below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id.in_(roots))
    query = select(Account).where(or_(Account.id.in_(below), Account.id.in_(alone)))
    if search:
        hit = [c.icontains(search, autoescape=True) for c in (Account.name, Account.handle)]
        query = query.where(or_(*hit))
    query = query.order_by(Account.depth, Account.name, Account.id).limit(limit)
    with reading(), directory():
        return as_tree([ref(account) for account in db.session.scalars(query)])


def as_tree(accounts: list[AccountRef]) -> list[AccountRef]:
    """Order accounts so that each comes right after its parent's earlier descendants."""
    children: dict[uuid.UUID | None, list[AccountRef]] = defaultdict(list)
    known = {account.id for account in accounts}
    for account in accounts:
        children[account.parent_id if account.parent_id in known else None].append(account)
    ordered: list[AccountRef] = []
    waiting = children[None][::-1]
    while waiting:
        account = waiting.pop()
        ordered.append(account)
        waiting += children[account.id][::-1]
    return ordered


def givers(permission: Permission, account: AccountRef, limit: int = 5) -> list[Giver]:
    """Return people who hold a right at an account and may give it on, the nearest first."""
    with reading(), directory():
        query = _holdings(now(), Grant.account_id.in_(account.path), with_person=True)
        rows = db.session.execute(query).all()
    found: dict[tuple[int, str], Giver] = {}
    for person, holding in _fold_people(rows):
        able = {permission, Permission.GRANT_GIVE} <= holding.permissions.keys()
        if able and holding.covers(account):
            distance = len(account.path) - account.path.index(holding.account_id)
            found.setdefault(
                (distance, person[1]),
                Giver(person[0], person[1], holding.role_name, holding.account_name),
            )
    return [found[key] for key in sorted(found)][:limit]


def scope_of(actor: Actor, account: AccountRef) -> Scope:
    """Return what an actor can reach while working in an account: his parts of its tenant."""
    reaching = [h for h in actor.holdings if h.tenant_id == account.tenant_id or h.covers(account)]
    return Scope(
        "tenant",
        tenant_id=account.tenant_id,
        roots=tuple(sorted({h.account_id for h in reaching if h.reach == "subtree"})),
        alone=tuple(sorted({h.account_id for h in reaching if h.reach != "subtree"})),
    )


def _holdings(at: datetime, condition: Any, with_person: bool = False) -> Select[Any]:
    chain = (
        select(Grant.id.label("grant_id"), Grant.role_id, literal(0).label("steps"))
        .where(condition, *Grant.in_force(at))
        .cte("chain", recursive=True)
    )
    climb = select(chain.c.grant_id, Role.parent_id, chain.c.steps + 1)
    climb = climb.join(Role, Role.id == chain.c.role_id).where(Role.parent_id.is_not(None))
    chain = chain.union_all(climb)
    held, via = aliased(Role), aliased(Role)
    query = (
        select(Grant, Account, held.name, via.name, chain.c.steps, RolePermission.permission)
        .join(chain, chain.c.grant_id == Grant.id)
        .join(Account, Account.id == Grant.account_id)
        .join(held, held.id == Grant.role_id)
        .join(via, via.id == chain.c.role_id)
        .join(RolePermission, RolePermission.role_id == via.id)
        .where(
            RolePermission.since <= at,
            or_(RolePermission.ended_at.is_(None), RolePermission.ended_at > at),
        )
        .order_by(Grant.id, chain.c.steps)
    )
    if with_person:
        return (
            query.add_columns(Person.name, Person.email)
            .join(Person, Person.id == Grant.person_id)
            .where(Person.deactivated_at.is_(None))
        )
    return query


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


def _fold_people(rows: Any) -> list[tuple[tuple[str, str], Holding]]:
    people = {row[0].id: (row[-2], row[-1]) for row in rows}
    return [(people[h.grant_id], h) for h in _fold(rows)]
