"""The newest rows somebody may see, quickly however many accounts he may see them in.

No one query is quick for everybody. Walking all rows by time is right for who sees much and wrong
for who sees little; asking each account is right for few accounts and wrong for many; leaving the
choice to the planner is wrong for those between. So the accounts are counted, not far. Of more than
a few the newest rows are looked for among the newest of the whole tenant, not far either: who sees
a tenth of what happens finds a page there, however many accounts he sees. Only who does not find
enough there is told by the number of his accounts how to go on.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, true, tuple_

from tenants.db import db
from tenants.prepared import cut
from tenants.reaching import Reach, accounts_of, among, seen
from tenants.scope_conditions import TENANT

CLOSE, FEW, MANY = 100, 2000, 5000
LOOKED_AT, TIMES = 500, 10
"""So many rows of a tenant are walked, or so many times those that are wanted if that is more."""
_EVER, _FIRST = datetime(1, 1, 2, tzinfo=UTC), uuid.UUID(int=0)

Place = tuple[datetime, uuid.UUID]


@dataclass(frozen=True)
class Rows:
    """What is listed: rows of an entity by a moment, narrowed to some.

    Quick when there are indexes on (account_id, moment, id) and on (tenant_id, moment, id). Where
    these hold only rows in which a column is null, which is so in all that are listed: `unset`.
    """

    entity: Any
    moment: Any
    conditions: Sequence[ColumnElement[bool]] = ()
    unset: str | None = None


def newest(rows: Rows, reach: Reach, before: Place | None, limit: int) -> Select[Any]:
    """Return the statement for at most `limit` rows older than `before`, the newest first.

    Sends at most three small statements to choose it. Needs the scope of the reach's tenant.
    """
    recent = _ordered(rows, before, limit).where(rows.entity.tenant_id == reach.tenant_id)
    if reach.whole:
        return recent
    number = db.session.scalar(_counted(reach, CLOSE + 1)) or 0
    if number > CLOSE:
        ids, number = _near(rows, reach, before, limit)
        if not number:
            return _ordered(rows, None, limit).where(rows.entity.id.in_(ids))
    if number <= FEW:
        return of_accounts(rows, reach, before, limit)
    looked = among if number <= MANY else seen
    return recent.where(looked(rows.entity.account_id, reach))


def near(rows: Rows, reach: Reach, before: Place | None, limit: int) -> tuple[list[Any], int]:
    """Return the rows that `newest` finds among their tenant's newest, by one statement.

    And of how many accounts, counted up to MANY + 1, there may be more; 0 where these are all that
    are wanted, or all there are.
    """
    found, told = _found(rows, reach, before, limit)
    query = select(rows.entity, told.c.further).select_from(told.outerjoin(found, true()))
    query = query.outerjoin(rows.entity, rows.entity.id == found.c.id)
    query = query.order_by(rows.moment.desc(), rows.entity.id.desc())
    answer = db.session.execute(query).all()
    return [row[0] for row in answer if row[0] is not None], answer[0].further


def of_accounts(rows: Rows, reach: Reach, before: Place | None, limit: int) -> Select[Any]:
    """Return the statement for the newest rows of at most FEW accounts, by asking each of them.

    Those accounts matter whose newest row is among the `limit` newest of all: the others' rows are
    all older than those. Where one of the accounts has `limit` rows itself, what is older than
    those is left out too: it may have a million. Sends one small statement.
    """
    heads = db.session.execute(_heads(rows, reach, before, limit)).all()
    bounds = [head.limit_th for head in heads if head.limit_th is not None]
    if len(heads) >= limit:
        bounds.append(min(head.moment for head in heads))
    found = _ordered(rows, before, limit).where(rows.entity.account_id.in_([h[0] for h in heads]))
    return found.where(rows.moment >= max(bounds)) if bounds else found


def _near(
    rows: Rows, reach: Reach, before: Place | None, limit: int
) -> tuple[list[uuid.UUID], int]:
    found, told = _found(rows, reach, before, limit)
    query = select(found.c.id, told.c.further).select_from(told.outerjoin(found, true()))
    answer = db.session.execute(query).all()
    return [row.id for row in answer if row.id is not None], answer[0].further


def _found(rows: Rows, reach: Reach, before: Place | None, limit: int) -> tuple[Any, Any]:
    """Return the ids that are near, and one row that says of how many accounts there may be more.

    The accounts are counted only where that has to be known.
    """
    edge = _edge(rows, before, limit)
    found = _walk(rows, reach, before, limit, edge).cte("found").prefix_with("MATERIALIZED")
    full = select(func.count()).select_from(found).scalar_subquery() >= limit
    all_there = full | (select(edge.c.id).scalar_subquery() == _FIRST)
    number = _counted(reach, MANY + 1).scalar_subquery()
    told = select(case((all_there, 0), else_=number).label("further"))
    return found, told.cte("told").prefix_with("MATERIALIZED")


def _walk(rows: Rows, reach: Reach, before: Place | None, limit: int, edge: Any) -> Select[Any]:
    """Return the statement for the ids of the newest rows down to an edge, along the tenant's."""
    last = [select(column).scalar_subquery() for column in (edge.c.moment, edge.c.id)]
    ids = _ordered(rows, before, limit).with_only_columns(rows.entity.id)
    return ids.where(
        rows.entity.tenant_id == reach.tenant_id,
        tuple_(rows.moment, rows.entity.id) >= tuple_(*last),
        seen(rows.entity.account_id, reach),
    )


def _edge(rows: Rows, before: Place | None, limit: int) -> Any:
    """Return the place of the last row of the tenant that is walked to; with fewer the first ever.

    Of rows that are out of reach as well: it bounds what is read, and no row of it is given. It
    always has one row, since PostgreSQL walks to what a COALESCE says by looking at all rows.
    """
    row = rows.entity.__table__.alias("walked").c
    moment = row[rows.moment.key]
    query = select(moment.label("moment"), row.id).where(row.tenant_id == TENANT)
    if rows.unset:
        query = query.where(row[rows.unset].is_(None))
    if before is not None:
        query = query.where(tuple_(moment, row.id) < tuple_(*before))
    query = query.order_by(moment.desc(), row.id.desc()).offset(max(LOOKED_AT, TIMES * limit) - 1)
    last = cut(query, 1).subquery("last")
    edge = select(
        func.coalesce(last.c.moment, _EVER).label("moment"),
        func.coalesce(last.c.id, _FIRST).label("id"),
    ).select_from(select(literal(1)).subquery("one").outerjoin(last, true()))
    return edge.cte("edge").prefix_with("MATERIALIZED")


def _heads(rows: Rows, reach: Reach, before: Place | None, limit: int) -> Select[Any]:
    """Return the `limit` accounts with the newest rows, ties included.

    Each with the moment of its newest row, and of the `limit`-th if it has so many.
    """
    accounts = accounts_of(reach).distinct().subquery("seen")
    first = _moment_in(accounts, rows, before, 0)
    heads = select(accounts.c.account_id, first.label("moment")).cte("heads")
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


def _counted(reach: Reach, most: int) -> Select[Any]:
    return select(func.count()).select_from(accounts_of(reach).limit(most).subquery())
