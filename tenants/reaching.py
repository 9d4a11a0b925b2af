"""The accounts of a tenant that something is asked of: subtrees, single ones, or all."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from tenants.accounts import AccountClosure, AccountRef
from tenants.closure import is_below
from tenants.decisions import Actor
from tenants.permissions import Permission


@dataclass(frozen=True)
class Reach:
    """Accounts of one tenant: the subtrees below `roots` and the single accounts in `alone`.

    `whole` is all of the tenant. With `below`, only what stands at that account or below it.
    """

    tenant_id: uuid.UUID
    roots: tuple[uuid.UUID, ...] = ()
    alone: tuple[uuid.UUID, ...] = ()
    whole: bool = False
    below: uuid.UUID | None = None


def reach_of(actor: Actor, permission: Permission, account: AccountRef, *, below: bool) -> Reach:
    """Return where in the account's tenant the actor has a permission; `below`: from here down."""
    held = [h for h in actor.holdings if permission in h.permissions]
    far = [h for h in held if h.reach == "subtree"]
    if below and any(h.covers(account) for h in far):
        return Reach(account.tenant_id, (account.id,), whole=account.id == account.tenant_id)
    top = account.path[: account.path.index(account.tenant_id) + 1]
    return Reach(
        account.tenant_id,
        roots=tuple(sorted({h.account_id for h in far})),
        alone=tuple(sorted({h.account_id for h in held if h.reach != "subtree"})),
        whole=not below and any(h.account_id in top for h in far),
        below=account.id if below else None,
    )


def reached(entity: Any, reach: Reach) -> ColumnElement[bool]:
    """Return whether a row of an entity stands in an account of `reach`.

    For ranges that are short by themselves; of long lists `newest` gives the first rows sooner.
    """
    own: ColumnElement[bool] = entity.tenant_id == reach.tenant_id
    return own if reach.whole else and_(own, among(entity.account_id, reach))


def accounts_of(reach: Reach) -> Select[Any]:
    """Return the query of the ids of all accounts of a reach, as `account_id`, some twice."""
    pair = _pairs()
    return select(pair.c.descendant_id.label("account_id")).where(*_reaches(pair.c, reach))


def counted(reach: Reach, most: int) -> Select[Any]:
    """Return the statement that counts the accounts of a reach, up to `most`."""
    return select(func.count()).select_from(accounts_of(reach).limit(most).subquery())


def among(account_id: Any, reach: Reach) -> ColumnElement[bool]:
    """Return whether the account of the row at hand is reached, all of them collected once.

    As a truth value, so that neither database turns it into a join or a search by account.
    """
    found: ColumnElement[bool] = account_id.in_(accounts_of(reach)).is_(true())
    return found


def seen(account_id: Any, reach: Reach) -> ColumnElement[bool]:
    """Return whether the account of the row at hand is reached, asked row by row.

    The OFFSET keeps PostgreSQL from making a join of it, whose cost it guesses wrong.
    """
    pair = _pairs()
    here = pair.c.descendant_id == account_id
    return exists(select(pair.c.descendant_id).where(here, *_reaches(pair.c, reach)).offset(0))


def _pairs() -> Any:
    """Return the closure without the scope's condition: what it leads to has that itself."""
    return AccountClosure.__table__.alias("scope_closure")


def _reaches(pair: Any, reach: Reach) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [pair.ancestor_id.in_(reach.roots)]
    if reach.alone:
        itself = and_(pair.ancestor_id.in_(reach.alone), pair.distance == 0)
        wanted = [or_(*wanted, itself)]
    if reach.below is not None:
        wanted.append(is_below(pair.descendant_id, [reach.below]))
    return wanted
