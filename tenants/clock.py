"""The one place the time comes from. Every moment is an aware UTC datetime."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session


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
    if session.get_bind().dialect.name != "postgresql":
        return session.scalar(query, asked), now()
    row = session.execute(query.add_columns(func.clock_timestamp()), asked).first()
    return (row[0], row[1].astimezone(UTC)) if row else (None, now())
