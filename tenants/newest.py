"""The newest rows somebody may see, quickly however many accounts he may see them in.

No one query is quick for everybody. Walking all rows by time is right for who sees much and wrong
for who sees little; asking each account is right for few accounts and wrong for many; leaving the
choice to the planner is wrong for those between. So the accounts are counted, not far. Of more than
a few the newest rows are looked for among the newest of the whole tenant, not far either: who sees
a tenth of what happens finds a page there, however many accounts he sees. Only who does not find
enough there is told by the number of his accounts how to go on.
"""

from typing import Any

from sqlalchemy import Select, func, select

from tenants.db import db
from tenants.reaching import Reach, accounts_of, among, counted, seen
from tenants.walking import EVER, Place, Rows, narrowed, near_ids, ordered

CLOSE, FEW, MANY = 100, 2000, 5000


def newest(rows: Rows, reach: Reach, before: Place | None, limit: int) -> Select[Any]:
    """Return the statement for at most `limit` rows older than `before`, the newest first.

    Sends at most three small statements to choose it. Needs the scope of the reach's tenant.
    """
    recent = ordered(rows, before, limit).where(rows.entity.tenant_id == reach.tenant_id)
    if reach.whole:
        return recent
    number = db.session.scalar(counted(reach, CLOSE + 1)) or 0
    if number > CLOSE:
        ids, number = near_ids(rows, reach, before, limit, MANY + 1)
        if not number:
            return ordered(rows, None, limit).where(rows.entity.id.in_(ids))
    if number <= FEW:
        return of_accounts(rows, reach, before, limit)
    looked = among if number <= MANY else seen
    return recent.where(looked(rows.entity.account_id, reach))


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
    found = ordered(rows, before, limit).where(rows.entity.account_id.in_([h[0] for h in heads]))
    return found.where(rows.moment >= max(bounds)) if bounds else found


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
        heads.c.moment >= func.coalesce(last.scalar_subquery(), EVER)
    )


def _moment_in(accounts: Any, rows: Rows, before: Place | None, place: int) -> Any:
    """Return the moment of the row at a place, counted from the newest, for each account."""
    return (
        narrowed(select(rows.moment), rows, before)
        .where(rows.entity.account_id == accounts.c.account_id)
        .order_by(rows.moment.desc(), rows.entity.id.desc())
        .offset(place)
        .limit(1)
        .correlate(accounts)
        .scalar_subquery()
    )
