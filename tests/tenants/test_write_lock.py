"""Waiting for SQLite's one write lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from tenants.engines import BUSY_SECONDS, configure, impatient, reading


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'locked.sqlite3'}")
    configure(made)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cup (number INTEGER)")
    yield made
    made.dispose()


@pytest.fixture
def other(engine: Engine, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else, who has the lock."""
    held = sqlite3.connect(
        tmp_path / "locked.sqlite3", isolation_level=None, check_same_thread=False
    )
    held.execute("BEGIN IMMEDIATE")
    yield held
    held.close()


def patience(engine: Engine) -> int:
    with reading(), engine.begin() as connection:
        return int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one())


def test_who_writes_waits_until_the_lock_is_free(engine: Engine, other: sqlite3.Connection):
    Timer(0.05, other.execute, ["COMMIT"]).start()
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO cup VALUES (1)")
    with reading(), engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT number FROM cup").scalars().all() == [1]
    assert patience(engine) == BUSY_SECONDS * 1000


def test_who_has_no_patience_is_told(engine: Engine, other: sqlite3.Connection):
    with (
        impatient(0.01),
        pytest.raises(OperationalError, match="database is locked"),
        engine.begin(),
    ):
        pytest.fail("began, though somebody else writes")
    other.execute("ROLLBACK")
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO cup VALUES (2)")
    assert patience(engine) == BUSY_SECONDS * 1000


def test_who_reads_waits_for_nobody(engine: Engine, other: sqlite3.Connection):
    with reading(), impatient(0.0), engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT number FROM cup").scalars().all() == []
