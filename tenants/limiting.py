"""Taking from the pools that limits make. Never exceeded, however many take at once.

Whoever takes locks the limits on the path first, then counts what is used, in the transaction that
adds to it: others wait until it is committed or given up (SQLite has one writer anyway). A limit
that is set for the first time meets what others are adding at that very moment as use it finds.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from tenants.accounts import REF, Account, AccountClosure, AccountRef, row_ref
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, can
from tenants.grants import Grant
from tenants.groups import Group
from tenants.holdings import held_at
from tenants.meters import counted_people, in_use, in_use_up_to
from tenants.permissions import Permission
from tenants.quotas import Quota, QuotaReached, Resource
from tenants.scope import tenant_at_large

NAMED = 3


@dataclass(frozen=True)
class _Pool:
    account_id: uuid.UUID
    limit: int


def take(resource: Resource, account: AccountRef, amount: int = 1, *, by: Actor) -> None:
    """Make sure that `amount` more of a resource fits at the account, and keep the place.

    Call it before the rows are added, in the same transaction. Not for people: see `admit`. Raises
    QuotaReached.
    """
    if amount <= 0:
        return
    for pool in _locked(resource, [account.id]):
        with tenant_at_large():
            used = in_use_up_to(resource, pool.account_id, pool.limit + 1)
        if used + amount > pool.limit:
            raise _reached(resource, pool, amount, by)


def admit(people: Collection[uuid.UUID], account_ids: Collection[uuid.UUID], *, by: Actor) -> None:
    """Make sure that there is room for people at some accounts, and keep their places.

    Who holds a role anywhere in a pool counts there already, once. Call it before the grant or the
    membership is added, in the same transaction. Raises QuotaReached.
    """
    for pool in _locked(Resource.PEOPLE, account_ids) if people else ():
        with tenant_at_large():
            new = set(people) - counted_people(pool.account_id, people)
            used = in_use_up_to(Resource.PEOPLE, pool.account_id, pool.limit + 1)
        if new and used + len(new) > pool.limit:
            raise _reached(Resource.PEOPLE, pool, len(new), by)


def admit_member(person_id: uuid.UUID, group: Group, *, by: Actor) -> None:
    """Make sure that there is room for a person wherever a group he is to join holds a role.

    Call it before the membership is added, in the same transaction. Raises QuotaReached.
    """
    with tenant_at_large():
        query = select(Grant.account_id).where(Grant.group_id == group.id, *Grant.in_force(now()))
        account_ids = set(db.session.scalars(query))
    admit([person_id], account_ids, by=by)


def check_arrival(account: AccountRef, parent: AccountRef, *, by: Actor) -> None:
    """Make sure that an account with all below it fits below another parent, and keep the places.

    Call it before the account is moved, in a scope that reaches both. Raises QuotaReached.
    """
    for resource in Resource:
        new = [p for p in _locked(resource, [parent.id]) if p.account_id not in account.path]
        for pool in new:
            with tenant_at_large():
                extra = _arriving(resource, account, pool)
                used = in_use(resource, [pool.account_id])[pool.account_id]
            if extra and used + extra > pool.limit:
                raise _reached(resource, pool, extra, by)


def _arriving(resource: Resource, account: AccountRef, pool: _Pool) -> int:
    if resource is Resource.PEOPLE:
        coming = counted_people(account.id)
        return len(coming - counted_people(pool.account_id, coming))
    itself = 1 if resource is Resource.SECONDARIES else 0
    return in_use(resource, [account.id])[account.id] + itself


def _locked(resource: Resource, account_ids: Collection[uuid.UUID]) -> list[_Pool]:
    """Return the limits that count at some accounts, locked until the transaction ends."""
    above = select(AccountClosure.ancestor_id).where(AccountClosure.descendant_id.in_(account_ids))
    query = (
        select(Quota.account_id, Quota.amount)
        .where(Quota.resource == str(resource), Quota.account_id.in_(above))
        .order_by(Quota.id)
        .with_for_update(of=Quota)
    )
    with tenant_at_large():
        rows = db.session.execute(query).all()
    return [_Pool(row.account_id, row.amount) for row in rows if row.amount is not None]


def _reached(resource: Resource, pool: _Pool, wanted: int, by: Actor) -> QuotaReached:
    with tenant_at_large():
        account, parent = _with_parent(pool.account_id)
        used = in_use(resource, [pool.account_id])[pool.account_id]
        names = _who_can(parent, by)
    more = "" if wanted == 1 else f" {wanted:,} more are needed."
    sentence = (
        f"{account.name} and everything below it may have {pool.limit:,} {resource.units}; "
        f"{used:,} are in use.{more} {_advice(parent, names, by)}"
    )
    return QuotaReached(
        sentence, resource=resource, account_id=pool.account_id, limit=pool.limit, used=used
    )


def _with_parent(account_id: uuid.UUID) -> tuple[AccountRef, AccountRef | None]:
    """Return an account and the one above it; the house is out of a tenant's sight."""
    row = db.session.execute(select(*REF).where(Account.id == account_id)).one()
    above = db.session.execute(select(*REF).where(Account.id == row.parent_id)).first()
    seen = above is not None and above.tenant_id == row.tenant_id
    return row_ref(row), row_ref(above) if seen and above is not None else None


def _who_can(parent: AccountRef | None, by: Actor) -> list[str]:
    """Return the names of people who can raise the limits below `parent`, if `by` may see them."""
    if parent is None or not can(by, Permission.ACCESS_VIEW, parent).allowed:
        return []
    names = {
        row.name: None
        for row in held_at(now(), account_ids=parent.path)
        if Permission.QUOTA_SET in row.holding.permissions and row.holding.covers(parent)
    }
    return list(names)[:NAMED]


def _advice(parent: AccountRef | None, names: list[str], by: Actor) -> str:
    if parent is None:
        return "The house’s staff can raise the limit."
    if can(by, Permission.QUOTA_SET, parent).allowed:
        return "You can raise the limit on its page “Limits”."
    if names:
        return f"{' or '.join(names)} can raise the limit."
    return f"The admins of {parent.name} can raise the limit."
