"""Who is where: what must be known before there is a scope.

Each function opens and closes the directory's own short read; call them outside any scope. They
return plain values that outlive the session.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import aliased

from tenants.accounts import REF, Account, AccountClosure, AccountRef, ref, row_ref
from tenants.among import among_found
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.holdings import Held, held_at
from tenants.people import Person, person_by_email
from tenants.permissions import Permission
from tenants.prepared import by_key
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

    One statement; a second one for a person who holds nothing, and for staff with support sessions.
    """
    moment = at or now()
    with reading(), directory():
        held = held_at(moment, person_id=person_id)
        if held:
            return _holder(held)
        query = select(Person).where(Person.id == person_id, Person.active_at(moment))
        person = db.session.scalar(query)
        return _actor(person, []) if person else None


def person_managed(person_id: uuid.UUID) -> Actor | None:
    """Return somebody with all grants in force, barred or not; None if there is no such person.

    For whoever bars people and lets them in again; never for what the person does himself.
    """
    with reading(), directory():
        person = db.session.get(Person, person_id)
        if person is None:
            return None
        return _actor(person, held_at(now(), person_id=person_id, barred=True))


def run_by_nobody_else(actor: Actor) -> list[str]:
    """Return the names of the accounts in which nobody but this person gives roles for good."""
    right = Permission.GRANT_GIVE
    own = {h.account_id: h.account_name for h in actor.holdings if right in h.permissions}
    with reading(), directory():
        rows = held_at(now(), account_ids=own)
    others = {
        row.holding.account_id
        for row in rows
        if row.person_id != actor.person_id
        and right in row.holding.permissions
        and row.holding.until is None
    }
    return sorted(name for account_id, name in own.items() if account_id not in others)


def _actor(person: Person, held: list[Held]) -> Actor:
    return Actor(
        person_id=person.id,
        label=person.email,
        name=person.name,
        zone=person.zone,
        holdings=tuple(row.holding for row in held),
    )


def _holder(held: list[Held]) -> Actor:
    """Return the one person whose these are, without asking for him again."""
    who = held[0]
    return Actor(
        person_id=who.person_id,
        label=who.email,
        name=who.name,
        zone=who.zone,
        holdings=tuple(row.holding for row in held),
    )


def actor_by_email(email: str) -> Actor | None:
    """Return the person with this e-mail as an actor, or None."""
    with reading(), directory():
        person = person_by_email(email)
        person_id = person.id if person else None
    return actor_for(person_id) if person_id else None


def account_path(handle: str) -> tuple[AccountRef, ...]:
    """Return the account with this handle and its ancestors, the house first; empty if none."""
    with reading(), directory():
        found = db.session.execute(_path_query(), {"of_handle": handle})
        return tuple(sorted((row_ref(row) for row in found), key=lambda each: each.depth))


@cache
def _path_query() -> Any:
    """Return the statement of an account's line; every request asks, so it is made once."""
    leaf = aliased(Account)
    named = select(leaf.id).where(leaf.handle == bindparam("of_handle", type_=String()))
    above = select(AccountClosure.ancestor_id).where(
        AccountClosure.descendant_id == named.scalar_subquery()
    )
    query = select(*REF).where(among_found(Account.id, above))
    return by_key(query)


def account_ref(account_id: uuid.UUID) -> AccountRef | None:
    """Return the account with this id, or None."""
    with reading(), directory():
        account = db.session.get(Account, account_id)
        return ref(account) if account else None


def account_refs(account_ids: Collection[uuid.UUID]) -> list[AccountRef]:
    """Return those of the accounts that there are, by name."""
    query = select(Account).where(Account.id.in_(account_ids)).order_by(Account.name)
    with reading(), directory():
        return [ref(account) for account in db.session.scalars(query)]


def house() -> AccountRef | None:
    """Return the root of the tree, or None before there is one."""
    with reading(), directory():
        account = db.session.scalar(select(Account).where(Account.kind == "house"))
        return ref(account) if account else None


def givers(
    permission: Permission, account: AccountRef, limit: int = 5, *, house: bool = False
) -> list[Giver]:
    """Return people who hold a right at an account and may give it on, the nearest first.

    They are of the account's own tenant, up to its master, and are named on purpose also to whoever
    has no grant where they have theirs: it is they who are to be asked. The house's staff are
    returned only with `house`, for readers who are staff, and only when nobody in the tenant can
    give the right; to others an empty list means "ask the house's staff", without names.
    """
    with reading(), directory():
        rows = held_at(now(), account_ids=account.path)
    found: dict[tuple[bool, int, str], Giver] = {}
    for row in rows:
        holding = row.holding
        able = {permission, Permission.GRANT_GIVE} <= holding.permissions.keys()
        own = holding.tenant_id == account.tenant_id
        if able and holding.covers(account) and (own or house):
            distance = len(account.path) - account.path.index(holding.account_id)
            found.setdefault(
                (not own, distance, row.email),
                Giver(row.name, row.email, holding.role_name, holding.account_name),
            )
    in_tenant = [key for key in found if not key[0]]
    return [found[key] for key in sorted(in_tenant or found)][:limit]


def scope_of(actor: Actor, account: AccountRef, permission: Permission | None = None) -> Scope:
    """Return what an actor can reach while working in an account: his parts of its tenant.

    With a permission, only the parts where he holds it.
    """
    reaching = [
        h for h in actor.holdings
        if (h.tenant_id == account.tenant_id or h.covers(account))
        and (permission is None or permission in h.permissions)
    ]  # fmt: skip
    far = {h.account_id for h in reaching if h.reach == "subtree"}
    return Scope(
        "tenant",
        tenant_id=account.tenant_id,
        roots=tuple(sorted(far)),
        alone=tuple(sorted({h.account_id for h in reaching if h.reach != "subtree"})),
        here=account.id if any(h.covers(account) for h in reaching) else None,
        whole_tenant=not far.isdisjoint(account.path[: account.path.index(account.tenant_id) + 1]),
    )
