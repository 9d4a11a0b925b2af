"""How each database is opened: durability, locking and the role statements run under."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, event

from tenants import prepared
from tenants.folding import SQLITE_NAME, fold
from tenants.pinging import ask_only_the_idle

_reading: ContextVar[bool] = ContextVar("reading", default=False)

_chosen: ContextVar[Engine | None] = ContextVar("chosen", default=None)

BUSY_SECONDS = 10
PATIENCE = {
    "connect_timeout": 3, "tcp_user_timeout": 20_000,
    "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3,
}  # fmt: skip
"""After how long a PostgreSQL that says nothing is given up: seconds, and milliseconds.

For a host that is gone, not for a statement that takes long: that is answered for by its kernel.
"""
_patience: ContextVar[float] = ContextVar("patience", default=BUSY_SECONDS)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read.

    SQLite then takes no write lock; PostgreSQL refuses writes. A flush raises `scope.ReadOnly`.
    """
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Undo `reading()` for a block that has its own session."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def impatient(seconds: float) -> Iterator[None]:
    """Transactions begun inside give up after `seconds` when SQLite's write lock is held."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def is_reading() -> bool:
    """Tell whether the current block promised only to read."""
    return _reading.get()


@contextmanager
def choosing(engine: Engine) -> Iterator[None]:
    """Have transactions begun inside that only read go to `engine`."""
    token = _chosen.set(engine)
    try:
        yield
    finally:
        _chosen.reset(token)


def chosen() -> Engine | None:
    """Return what the current block chose to read from, or None."""
    return _chosen.get()


def configure(engine: Engine, web_role: str | None = None) -> None:
    """Attach this database's rules to `engine`.

    On PostgreSQL every statement then runs as `web_role`, which owns nothing and so obeys
    row-level security even where the connecting role would not.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return
    if web_role is not None:
        event.listen(engine, "connect", _become(web_role))
    event.listen(engine, "begin", _begin_postgresql)
    prepared.prefer(engine)
    ask_only_the_idle(engine)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.create_function(SQLITE_NAME, 1, _fold, deterministic=True)
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # without it REPLACE deletes rows past the append-only triggers
    ):
        connection.execute(f"PRAGMA {pragma}")


def _fold(text: str | None) -> str | None:
    return fold(text) if text is not None else None


def _begin_sqlite(connection: Connection) -> None:
    wanted = _patience.get()
    if connection.info.get("patience", BUSY_SECONDS) != wanted:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={round(wanted * 1000)}")
        connection.info["patience"] = wanted
    # A deferred transaction that later writes loses updates or fails at once: take the lock first.
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    """Have the driver's BEGIN say whether the transaction only reads; it is not sent yet."""
    reads = _reading.get()
    driver: Any = connection.connection.driver_connection
    if driver.read_only is not reads:
        driver.read_only = reads


def _become(role: str) -> Any:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise ValueError(f"{role!r} is not a plain role name")

    def on_connect(connection: Any, _record: Any) -> None:
        autocommit = connection.autocommit
        connection.autocommit = True
        connection.execute(f"SET ROLE {role}")
        connection.autocommit = autocommit

    return on_connect
