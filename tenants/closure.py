"""The ids of accounts below some, for a condition on rows that a scope is already over."""

from typing import Any

from sqlalchemy import Select, select

from tenants.accounts import AccountClosure


def ids_below(tops: Any) -> Select[Any]:
    """Return the query of the ids of accounts and of all below them, whoever may see those.

    `tops` are ids, or a value that is given later, as `in_` takes them. For `column.in_(…)` alone:
    the rows at hand have the scope's condition themselves, and asked of the closure's pairs as well
    it would have PostgreSQL plan twice as long.
    """
    pair = AccountClosure.__table__.alias("scope_closure")
    return select(pair.c.descendant_id).where(pair.c.ancestor_id.in_(tops))
