"""Being below some accounts, as a condition on rows that a scope is already over."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from tenants.accounts import AccountClosure


def ids_below(tops: Any) -> Select[Any]:
    """Return the query of the ids of accounts and of all below them, whoever may see those.

    `tops` are ids, or a value that is given later, as `in_` takes them. For `column.in_(…)` alone:
    the rows at hand have the scope's condition themselves, and asked of the closure's pairs as well
    it would have PostgreSQL plan twice as long.
    """
    pair = AccountClosure.__table__.alias("scope_closure")
    return select(pair.c.descendant_id).where(pair.c.ancestor_id.in_(tops))


def is_below(account_id: Any, tops: Any) -> ColumnElement[bool]:
    """Return the condition that a row's account is one of `tops` or below, asked row by row.

    For rows that are found by something else: however many accounts there are below, none is
    read but the row's own. The OFFSET keeps PostgreSQL from joining, and from planning that.
    """
    pair = AccountClosure.__table__.alias("scope_closure_above")
    here = select(pair.c.descendant_id)
    here = here.where(pair.c.descendant_id == account_id, pair.c.ancestor_id.in_(tops))
    return exists(here.offset(0))
