"""A kept connection is asked whether it stands after it lay idle, not between transactions."""

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text

from tenants import pinging
from tenants.db import db
from tests.fixtures.app import on_postgres


@pytest.fixture
def asked(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """An engine of its own, and how often it asked."""
    count: list[object] = []
    with app.app_context():
        engine = create_engine(db.engine.url, pool_pre_ping=True, pool_size=1, max_overflow=0)
    ask = engine.dialect.do_ping

    def counting(connection: object) -> bool:
        count.append(connection)
        return bool(ask(connection))  # type: ignore[arg-type]  # what the pool hands it

    monkeypatch.setattr(engine.dialect, "do_ping", counting)
    pinging.ask_only_the_idle(engine)
    yield engine, count
    engine.dispose()


def backend(engine: Engine) -> int:
    with engine.begin() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")))


@on_postgres
def test_two_transactions_in_a_row_ask_nothing(asked: tuple[Engine, list[object]]) -> None:
    engine, count = asked
    assert backend(engine) == backend(engine)
    assert not count


@on_postgres
def test_one_that_lay_idle_is_asked_and_replaced(
    asked: tuple[Engine, list[object]], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, count = asked
    first = backend(engine)
    with app.app_context(), db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    monkeypatch.setattr(pinging, "FRESH_SECONDS", 0.0)
    assert backend(engine) != first
    assert len(count) == 1
