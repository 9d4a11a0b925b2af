"""Rows in the order of time, and a walk of a bounded number of a tenant's newest ones."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
    tuple_,
)

from tenants.db import UtcDateTime, db
from tenants.prepared import cut
from tenants.reaching import Reach, counted, seen
from tenants.scope_conditions import TENANT

LOOKED_AT, TIMES = 500, 10
"""So many rows of a tenant are walked, or so many times those that are wanted if that is more."""
EVER, _FIRST = datetime(1, 1, 2, tzinfo=UTC), uuid.UUID(int=0)
_TENANT: Any = TENANT
_ROOT: Any = bindparam("walk_root", type_=Uuid())
_BEFORE: Any = (bindparam("walk_moment", type_=UtcDateTime()), bindparam("walk_id", type_=Uuid()))

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


def ordered(rows: Rows, before: Place | None, limit: int) -> Select[Any]:
    """Return the statement for at most `limit` rows older than `before`, the newest first."""
    query = narrowed(select(rows.entity), rows, before)
    return query.order_by(rows.moment.desc(), rows.entity.id.desc()).limit(limit)


def narrowed(query: Select[Any], rows: Rows, before: Place | None) -> Select[Any]:
    """Return a statement with the conditions of the rows, for those older than `before` only."""
    query = query.where(*rows.conditions)
    if before is None:
        return query
    return query.where(tuple_(rows.moment, rows.entity.id) < tuple_(*before))


def near(
    rows: Rows, reach: Reach, before: Place | None, limit: int, most: int
) -> tuple[list[Any], int]:
    """Return those of the `limit` newest rows in reach that are near: among their tenant's newest.

    And of how many accounts, counted up to `most`, there may be more; 0 where these are all that
    are wanted, or all there are. One statement, in the scope of the reach's tenant.
    """
    return _near(rows, reach, before, limit, most, whole=True)


def near_ids(
    rows: Rows, reach: Reach, before: Place | None, limit: int, most: int
) -> tuple[list[uuid.UUID], int]:
    """Return the same with the rows' ids only."""
    return _near(rows, reach, before, limit, most, whole=False)


def _near(
    rows: Rows, reach: Reach, before: Place | None, limit: int, most: int, *, whole: bool
) -> tuple[list[Any], int]:
    sizes = limit, max(LOOKED_AT, TIMES * limit), most
    asked: dict[str, Any] = {}
    if rows.conditions or reach != Reach(reach.tenant_id, reach.roots[:1]) or not reach.roots:
        query = _statement(rows, reach, before, *sizes, whole=whole)
    else:
        plain = replace(rows, conditions=())
        query = _plain(plain, before is not None, *sizes, whole=whole)
        asked = {"walk_root": reach.roots[0]}
        if before is not None:
            asked |= {"walk_moment": before[0], "walk_id": before[1]}
    answer = db.session.execute(query, asked).all()
    return [row[0] for row in answer if row[0] is not None], answer[0].further


@lru_cache(maxsize=64)
def _plain(
    rows: Rows, later: bool, limit: int, walked: int, most: int, *, whole: bool
) -> Select[Any]:
    """Return the statement for one subtree, made once: that takes longer than running it."""
    reach = Reach(_TENANT, (_ROOT,))
    return _statement(rows, reach, _BEFORE if later else None, limit, walked, most, whole=whole)


def _statement(
    rows: Rows, reach: Reach, before: Place | None, limit: int, walked: int, most: int, *,
    whole: bool,
) -> Select[Any]:  # fmt: skip
    """Return the statement for the rows that are near, or their ids, each beside the number.

    It gives one row at least. The accounts are counted only where that has to be known.
    """
    edge = _edge(rows, before, walked)
    found = _walk(rows, reach, before, limit, edge).cte("found").prefix_with("MATERIALIZED")
    full = select(func.count()).select_from(found).scalar_subquery() >= limit
    all_there = full | (select(edge.c.id).scalar_subquery() == _FIRST)
    further = case((all_there, 0), else_=counted(reach, most).scalar_subquery())
    told = select(further.label("further")).cte("told").prefix_with("MATERIALIZED")
    if not whole:
        return select(found.c.id, told.c.further).select_from(told.outerjoin(found, true()))
    query = select(rows.entity, told.c.further).select_from(told.outerjoin(found, true()))
    query = query.outerjoin(rows.entity, rows.entity.id == found.c.id)
    return query.order_by(rows.moment.desc(), rows.entity.id.desc())


def _walk(rows: Rows, reach: Reach, before: Place | None, limit: int, edge: Any) -> Select[Any]:
    """Return the statement for the ids of the newest rows down to an edge, along the tenant's."""
    last = [select(column).scalar_subquery() for column in (edge.c.moment, edge.c.id)]
    ids = ordered(rows, before, limit).with_only_columns(rows.entity.id)
    return ids.where(
        rows.entity.tenant_id == reach.tenant_id,
        tuple_(rows.moment, rows.entity.id) >= tuple_(*last),
        seen(rows.entity.account_id, reach),
    )


def _edge(rows: Rows, before: Place | None, walked: int) -> Any:
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
    query = query.order_by(moment.desc(), row.id.desc()).offset(walked - 1)
    last = cut(query, 1).subquery("last")
    edge = select(
        func.coalesce(last.c.moment, EVER).label("moment"),
        func.coalesce(last.c.id, _FIRST).label("id"),
    ).select_from(select(literal(1)).subquery("one").outerjoin(last, true()))
    return edge.cte("edge").prefix_with("MATERIALIZED")
