"""The accounts somebody can go to: the nearest to where his grants stand, as a tree."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Integer, Uuid, bindparam, or_, select

from tenants.accounts import REF, Account, AccountClosure, AccountRef, ref
from tenants.db import db
from tenants.decisions import Actor
from tenants.engines import reading
from tenants.scope import directory


def accounts_within_reach(
    actor: Actor,
    limit: int,
    search: str = "",
    *,
    tenant_id: uuid.UUID | None = None,
    ids: Collection[uuid.UUID] = (),
) -> list[AccountRef]:
    """Return accounts the actor is a member of, parents before children, at most `limit`.

    With `tenant_id` only that tenant's, with `ids` only these. Those closed for good are left out.
    Of more than `limit` those nearest to where the actor's grants stand are returned.
    """
    roots = [h.account_id for h in actor.holdings if h.reach == "subtree"]
    alone = [h.account_id for h in actor.holdings if h.reach != "subtree"]
    one = len(set(roots)) == 1 and not set(alone) - set(roots)
    near = one and not search and not ids
    query = _near_query() if near else _reach_query()
    if search:
        hit = [c.icontains(search, autoescape=True) for c in (Account.name, Account.handle)]
        query = query.where(or_(*hit))
    if ids:
        query = query.where(Account.id.in_(ids))
    if tenant_id:
        query = query.where(Account.tenant_id == tenant_id)
    asked: dict[str, Any] = {"reach_limit": limit}
    asked |= {"reach_root": roots[0]} if near else {"reach_roots": roots, "reach_alone": alone}
    with reading(), directory():
        found = [ref(row) for row in db.session.execute(query, asked)]
    return as_tree(sorted(found, key=lambda each: (each.depth, each.name, each.id)))


@cache
def _near_query() -> Any:
    """Return the statement for whoever holds one subtree: it follows an index and sorts nothing."""
    pair = AccountClosure
    here = pair.ancestor_id == bindparam("reach_root", type_=Uuid())
    query = select(*REF).join(pair, pair.descendant_id == Account.id)
    query = query.where(here, Account.state != "closed")
    query = query.order_by(pair.distance, pair.descendant_id)
    return query.limit(bindparam("reach_limit", type_=Integer()))


@cache
def _reach_query() -> Any:
    roots = bindparam("reach_roots", type_=Uuid(), expanding=True)
    alone = bindparam("reach_alone", type_=Uuid(), expanding=True)
    below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id.in_(roots))
    query = select(*REF).where(or_(Account.id.in_(below), Account.id.in_(alone)))
    query = query.where(Account.state != "closed")
    query = query.order_by(Account.depth, Account.name, Account.id)
    return query.limit(bindparam("reach_limit", type_=Integer()))


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
