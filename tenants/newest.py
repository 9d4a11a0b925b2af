"""The newest rows somebody may see, quickly however many accounts he may see them in.

No one query is quick for everybody. Walking all rows by time is right for who sees much and wrong
for who sees little; asking each account is right for few accounts and wrong for many; leaving the
choice to the planner is wrong for those between. So the accounts are counted, not far, and the
query is chosen by that.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, tuple_

from tenants.accounts import AccountClosure, AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.permissions import Permission

FEW, MANY = 2000, 5000
_EVER = datetime(1, 1, 2, tzinfo=UTC)

Place = tuple[datetime, uuid.UUID]


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


@dataclass(frozen=True)
class Rows:
    """What is listed: rows of an entity by a moment, narrowed to some.

    Quick when there are indexes on (account_id, moment, id) and on (tenant_id, moment, id).
    """

    entity: Any
    moment: Any
    conditions: Sequence[ColumnElement[bool]] = ()


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
    return own if reach.whole else and_(own, _among(entity.account_id, reach))


def newest(rows: Rows, reach: Reach, before: Place | None, limit: int) -> Select[Any]:
    """Return the statement for at most `limit` rows older than `before`, the newest first.

    Sends at most two small statements to choose it. Needs the scope of the reach's tenant.
    """
    recent = _ordered(rows, before, limit).where(rows.entity.tenant_id == reach.tenant_id)
    if reach.whole:
        return recent
    number = _number_of_accounts(reach)
    if number <= FEW:
        return _of_accounts(rows, reach, before, limit)
    seen = _among if number <= MANY else _seen
    return recent.where(seen(rows.entity.account_id, reach))


def _of_accounts(rows: Rows, reach: Reach, before: Place | None, limit: int) -> Select[Any]:
    """Return the rows of those accounts whose newest row is among the `limit` newest of all.

    The others' rows are all older than those, so they can be left out. Where one of the accounts
    has `limit` rows itself, what is older than those is left out too: it may have a million.
    """
    heads = db.session.execute(_heads(rows, reach, before, limit)).all()
    bounds = [head.limit_th for head in heads if head.limit_th is not None]
    if len(heads) >= limit:
        bounds.append(min(head.moment for head in heads))
    found = _ordered(rows, before, limit).where(rows.entity.account_id.in_([h[0] for h in heads]))
    return found.where(rows.moment >= max(bounds)) if bounds else found


def _heads(rows: Rows, reach: Reach, before: Place | None, limit: int) -> Select[Any]:
    """Return the `limit` accounts with the newest rows, ties included.

    Each with the moment of its newest row, and of the `limit`-th if it has so many.
    """
    seen = _accounts(reach).distinct().subquery("seen")
    first = _moment_in(seen, rows, before, 0)
    heads = select(seen.c.account_id, first.label("moment")).cte("heads")
    heads = heads.prefix_with("MATERIALIZED")
    last = select(heads.c.moment).where(heads.c.moment.is_not(None))
    last = last.order_by(heads.c.moment.desc()).offset(limit - 1).limit(1)
    limit_th = _moment_in(heads, rows, before, limit - 1).label("limit_th")
    return select(heads.c.account_id, heads.c.moment, limit_th).where(
        heads.c.moment >= func.coalesce(last.scalar_subquery(), _EVER)
    )


def _moment_in(accounts: Any, rows: Rows, before: Place | None, place: int) -> Any:
    """Return the moment of the row at a place, counted from the newest, for each account."""
    return (
        _narrowed(select(rows.moment), rows, before)
        .where(rows.entity.account_id == accounts.c.account_id)
        .order_by(rows.moment.desc(), rows.entity.id.desc())
        .offset(place)
        .limit(1)
        .correlate(accounts)
        .scalar_subquery()
    )


def _ordered(rows: Rows, before: Place | None, limit: int) -> Select[Any]:
    query = _narrowed(select(rows.entity), rows, before)
    return query.order_by(rows.moment.desc(), rows.entity.id.desc()).limit(limit)


def _narrowed(query: Select[Any], rows: Rows, before: Place | None) -> Select[Any]:
    query = query.where(*rows.conditions)
    if before is None:
        return query
    return query.where(tuple_(rows.moment, rows.entity.id) < tuple_(*before))


def _number_of_accounts(reach: Reach) -> int:
    """Return how many accounts there are, counted up to one more than MANY."""
    some = _accounts(reach).limit(MANY + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _accounts(reach: Reach) -> Select[Any]:
    pair = _pairs()
    return select(pair.c.descendant_id.label("account_id")).where(*_reaches(pair.c, reach))


def _among(account_id: Any, reach: Reach) -> ColumnElement[bool]:
    """Return whether the account of the row at hand is reached, all of them collected once.

    As a truth value, so that neither database turns it into a join or a search by account.
    """
    return account_id.in_(_accounts(reach)).is_(true())  # type: ignore[no-any-return]


def _seen(account_id: Any, reach: Reach) -> ColumnElement[bool]:
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
        wanted.append(stands_below(pair.descendant_id, reach.below))
    return wanted


def stands_below(account_id: Any, top: Any) -> ColumnElement[bool]:
    """Return whether a row's account is `top` or below it, of rows that the scope lets through."""
    above = AccountClosure.__table__.alias("scope_closure_above")
    return exists(select(1).where(above.c.ancestor_id == top, above.c.descendant_id == account_id))
