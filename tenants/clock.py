"""The one place the time comes from. Every moment is an aware UTC datetime."""

from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

_clocked: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
"""Statements with the clock, by those without: what is made once is also changed only once."""


def now() -> datetime:
    """Return this process's clock, UTC."""
    return datetime.now(UTC)


def database_now(session: "Session | Any") -> datetime:
    """Return the database's clock, UTC: the one that decides whether something is due.

    SQLite runs inside the process, so there the process's clock is the database's.
    """
    if session.get_bind().dialect.name != "postgresql":
        return now()
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def with_database_now(
    session: "Session | Any", query: "Select[Any]", asked: dict[str, Any] | None = None
) -> tuple[Any, datetime]:
    """Return the first value of a query, or None, and the database's clock, UTC. One statement."""
    row, moment = row_with_database_now(session, query, asked)
    return (row[0] if row else None), moment


def row_with_database_now(
    session: "Session | Any", query: "Select[Any]", asked: dict[str, Any] | None = None
) -> tuple[Any, datetime]:
    """Return the first row of a query, or None, and the database's clock, UTC. One statement."""
    if session.get_bind().dialect.name != "postgresql":
        return session.execute(query, asked).first(), now()
    clocked = _clocked.get(query)
    if clocked is None:
        clocked = _clocked[query] = query.add_columns(func.clock_timestamp())
    row = session.execute(clocked, asked).first()
    return row, row[-1].astimezone(UTC) if row else now()
