"""Setting limits for the accounts below, and seeing how they stand."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Uuid, bindparam, select

from tenants.accounts import Account, AccountRef, ref
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.meters import in_use
from tenants.permissions import Permission
from tenants.prepared import by_key
from tenants.quotas import MOST, Quota, Resource
from tenants.scope import tenant_at_large

WARN_AT = 80
"""Per cent of a limit from which people are warned."""
BELOW = 200
"""How many accounts below are listed at most."""


class CannotLimit(ValueError):
    """The limit cannot be set; the message says why."""


class BelowUse(CannotLimit):
    """More is in use already than the limit would allow; it can be set all the same."""

    def __init__(self, message: str, used: int) -> None:
        super().__init__(message)
        self.used = used


@dataclass(frozen=True)
class Pool:
    """A limit and how far it is used: by the account that has it and everything below it."""

    account_id: uuid.UUID
    account_name: str
    limit: int
    used: int

    @property
    def left(self) -> int:
        """Return how much can be added; never less than 0."""
        return max(0, self.limit - self.used)

    @property
    def percent(self) -> int:
        """Return how much of it is used; over 100 where the limit was set below the use."""
        return 100 * self.used // self.limit if self.limit else 100


@dataclass(frozen=True)
class Standing:
    """How an account stands with one resource: its own use, and the limits that count there.

    `pools` stand from the top of the tenant down.
    """

    resource: Resource
    used: int
    pools: tuple[Pool, ...]

    @property
    def tightest(self) -> Pool | None:
        """Return the limit that leaves least room, or None when there is none."""
        return min(self.pools, key=lambda pool: pool.left, default=None)

    def limit_at(self, account_id: uuid.UUID) -> int | None:
        """Return the limit set at an account itself, or None."""
        return next((p.limit for p in self.pools if p.account_id == account_id), None)


def set_limit(
    account: AccountRef,
    parent: AccountRef | None,
    resource: Resource,
    amount: int | None,
    *,
    by: Actor,
    confirmed: bool = False,
    because: str = "",
) -> bool:
    """Limit what an account may use with everything below it, or lift the limit; record it.

    `parent` is the account right above it: the right to set limits is asked for there, so that
    nobody raises his own. Tells whether anything changed. Raises Denied, CannotLimit, and BelowUse
    unless `confirmed` when more is in use: then nothing can be added until it is less.
    """
    if parent is None or account.parent_id != parent.id:
        raise CannotLimit("Limits are set for accounts below others; the house has none.")
    authorize(by, Permission.QUOTA_SET, parent)
    if amount is not None and not 0 <= amount <= MOST:
        raise CannotLimit(f"A limit is a number from 0 to {MOST:,}.")
    row = _row(account, resource)
    before = row.amount if row else None
    if amount == before:
        return False
    if amount is not None and not confirmed:
        _refuse_below_use(account, resource, amount)
    row = row or _new(account, resource)
    row.amount, row.changed_at, row.changed_by_label = amount, now(), by.label
    row.because = because
    record(
        Event.QUOTA_SET, row, by=by, reason=because, changes={"amount": [before, amount]},
        what=resource.units, account=account.name, limit=_words(amount), before=_words(before),
    )  # fmt: skip
    return True


def standing(account: AccountRef, *, only_limited: bool = False) -> list[Standing]:
    """Return how an account stands with every resource, or with those that have a limit.

    One statement for the limits, one for each resource that is counted.
    """
    with tenant_at_large():
        limits = _limits(account.path)
        found = []
        for resource in Resource:
            set_here = [row for row in limits if row.resource == resource]
            if only_limited and not set_here:
                continue
            used = in_use(resource, {account.id, *(row.account_id for row in set_here)})
            pools = [Pool(r.account_id, r.name, r.amount, used[r.account_id]) for r in set_here]
            order = {node: depth for depth, node in enumerate(account.path)}
            pools.sort(key=lambda pool: order[pool.account_id])
            found.append(Standing(resource, used[account.id], tuple(pools)))
    return found


def warnings(account: AccountRef) -> list[Standing]:
    """Return the resources of which little is left at an account: 80 % used, or all of it."""
    return [
        each for each in standing(account, only_limited=True)
        if each.tightest and max(pool.percent for pool in each.pools) >= WARN_AT
    ]  # fmt: skip


def standing_below(account: AccountRef) -> list[tuple[AccountRef, list[Standing]]]:
    """Return the accounts right below one, each with its own limits and use, by name.

    A fixed number of statements. Only accounts inside the scope.
    """
    query = select(Account).where(Account.parent_id == account.id).order_by(Account.name)
    children = [ref(row) for row in db.session.scalars(query.limit(BELOW))]
    ids = [child.id for child in children]
    with tenant_at_large():
        limits = {(r.account_id, r.resource): r for r in _limits(ids)}
        used = {resource: in_use(resource, ids) for resource in Resource}
    return [
        (child, [_own(child, resource, used[resource][child.id], limits) for resource in Resource])
        for child in children
    ]


def _own(child: AccountRef, resource: Resource, used: int, limits: dict) -> Standing:  # type: ignore[type-arg]  # rows by account and resource
    row = limits.get((child.id, str(resource)))
    pools = (Pool(child.id, child.name, row.amount, used),) if row else ()
    return Standing(resource, used, pools)


def _limits(account_ids: Collection[uuid.UUID]) -> list:  # type: ignore[type-arg]  # rows of Quota with the account's name
    return list(db.session.execute(_limits_query(), {"limited": list(account_ids)}))


@cache
def _limits_query() -> Any:
    limited: Any = bindparam("limited", type_=Uuid(), expanding=True)
    query: Any = select(Quota.account_id, Quota.resource, Quota.amount, Account.name)
    query = query.join(Account, Account.id == Quota.account_id)
    return by_key(query.where(Quota.account_id.in_(limited), Quota.amount.is_not(None)))


def _row(account: AccountRef, resource: Resource) -> Quota | None:
    query = select(Quota).where(Quota.account_id == account.id, Quota.resource == str(resource))
    query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def _new(account: AccountRef, resource: Resource) -> Quota:
    row = Quota(tenant_id=account.tenant_id, account_id=account.id, resource=str(resource))
    db.session.add(row)
    return row


def _refuse_below_use(account: AccountRef, resource: Resource, amount: int) -> None:
    with tenant_at_large():
        used = in_use(resource, [account.id])[account.id]
    if amount < used:
        raise BelowUse(
            f"{account.name} has {used:,} {resource.units} already. With a limit of {amount:,} "
            "nothing is taken away, and nothing can be added until it has fewer.", used,
        )  # fmt: skip


def _words(amount: int | None) -> str:
    return "no limit" if amount is None else f"{amount:,}"
