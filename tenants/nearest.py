"""The accounts somebody can go to: the nearest to where his grants stand, as a tree."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, exists, func, literal, or_, select, union_all

from tenants.accounts import REF, Account, AccountClosure, AccountRef, row_ref
from tenants.db import db
from tenants.decisions import Actor
from tenants.engines import reading
from tenants.prepared import by_key, cut
from tenants.scope import directory

ROOMS = (0, 1, 2, 4)
"""For how many subtrees there are statements; with fewer the last one is named again."""


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
    roots = sorted({h.account_id for h in actor.holdings if h.reach == "subtree"})
    alone = {h.account_id for h in actor.holdings if h.reach != "subtree"}.difference(roots)
    room = next((n for n in ROOMS if len(roots) <= n), None)
    near = room is not None and not search and not ids
    asked: dict[str, Any] = {"reach_alone": list(alone), "of_tenant": tenant_id}
    if near:
        query = _near_query(room or 0, bool(alone), bool(tenant_id), limit)
        asked |= {f"reach_root_{n}": roots[min(n, len(roots) - 1)] for n in range(room or 0)}
    else:
        query = _narrowed(_reach_query(bool(tenant_id)), search, ids).limit(limit)
        asked |= {"reach_roots": roots}
    with reading(), directory():
        found = [row_ref(row) for row in db.session.execute(query, asked)]
    return as_tree(sorted(found, key=lambda each: (each.depth, each.name, each.id)))


def _narrowed(query: Any, search: str, ids: Collection[uuid.UUID]) -> Any:
    if search:
        hit = [c.icontains(search, autoescape=True) for c in (Account.name, Account.handle)]
        query = query.where(or_(*hit))
    return query.where(Account.id.in_(ids)) if ids else query


@cache
def _near_query(roots: int, alone: bool, of_tenant: bool, limit: int) -> Any:
    """Return the statement for whoever holds few subtrees: of each it reads only the nearest.

    Though cut short it is planned once: no other plan is left than along the index of that order.
    """
    parts = [_below(bindparam(f"reach_root_{n}", type_=Uuid()), of_tenant, limit)
             for n in range(roots)]  # fmt: skip
    if alone or not parts:
        single = bindparam("reach_alone", type_=Uuid(), expanding=True)
        none: Any = literal(0).label("distance")
        parts.append(select(Account.id, none).where(Account.id.in_(single), *_shown(of_tenant)))
    each = union_all(*parts).subquery()
    first = select(each.c.id).group_by(each.c.id).order_by(func.min(each.c.distance), each.c.id)
    return by_key(select(*REF).where(Account.id.in_(cut(first, limit).subquery().select())))


def _below(root: Any, of_tenant: bool, limit: int) -> Select[Any]:
    """Return the nearest accounts of a subtree: along an index, and nothing is sorted.

    The OFFSET keeps PostgreSQL from joining: it would look at every account there is.
    """
    pair = AccountClosure
    shown = select(Account.id).where(Account.id == pair.descendant_id, *_shown(of_tenant))
    query = select(pair.descendant_id.label("id"), pair.distance)
    query = query.where(pair.ancestor_id == root, exists(shown.offset(0)))
    nearest = cut(query.order_by(pair.distance, pair.descendant_id), limit).subquery()
    return select(nearest.c.id, nearest.c.distance)


@cache
def _reach_query(of_tenant: bool) -> Any:
    roots = bindparam("reach_roots", type_=Uuid(), expanding=True)
    alone = bindparam("reach_alone", type_=Uuid(), expanding=True)
    below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id.in_(roots))
    query = select(*REF).where(or_(Account.id.in_(below), Account.id.in_(alone)))
    return query.where(*_shown(of_tenant)).order_by(Account.depth, Account.name, Account.id)


def _shown(of_tenant: bool) -> list[Any]:
    """Return the conditions of an account that can be gone to, of one tenant if so asked."""
    mine = Account.tenant_id == bindparam("of_tenant", type_=Uuid())
    return [Account.state != "closed", *([mine] if of_tenant else [])]


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
