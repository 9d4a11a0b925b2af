"""A transaction begins with one message that also says what it may see."""

from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from tenants.beginnings import tell
from tenants.db import db
from tenants.engines import reading
from tenants.prepared import by_key
from tenants.scope import Scope, acting_in, directory, tenant_scope
from tests.fixtures.app import on_postgres
from tests.fixtures.statements import listening

TOLD = text(
    "SELECT current_setting('portal.scope'), current_setting('portal.tenant'), "
    "current_setting('plan_cache_mode'), current_setting('transaction_read_only')"
)
PID = text("SELECT pg_backend_pid()")


def told(scope: Scope, reads: bool) -> tuple[str, ...]:
    with ExitStack() as stack:
        if reads:
            stack.enter_context(reading())
        stack.enter_context(acting_in(scope))
        query = by_key(TOLD) if scope.asks_by_key else TOLD
        return tuple(db.session.connection().execute(query).one())


@on_postgres
def test_it_sees_its_scope_and_reads_or_writes(app: Flask) -> None:
    sent: list[str] = []
    tenant = uuid4()
    by_key = Scope("directory", asks_by_key=True)
    with app.app_context(), listening(app, lambda *given: sent.append(given[2])):
        seen = [told(tenant_scope(tenant), reads=False), told(tenant_scope(tenant), reads=True)]
        seen.append(told(by_key, reads=True))
    assert seen == [
        ("tenant", str(tenant), "force_custom_plan", "off"),
        ("tenant", str(tenant), "force_custom_plan", "on"),
        ("directory", "", "force_generic_plan", "on"),
    ]
    assert not [sql for sql in sent if "set_config" in sql], "a message of its own"


@on_postgres
def test_nothing_of_a_scope_outlasts_its_transaction(app: Flask) -> None:
    with app.app_context():
        told(tenant_scope(uuid4()), reads=True)
        with db.engine.connect() as connection:
            left = connection.scalar(text("SELECT current_setting('portal.tenant', true)"))
    assert not left


@on_postgres
def test_a_transaction_that_has_begun_is_told_as_well(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        tell(connection, "across", "", "auto")
        assert connection.scalar(text("SELECT current_setting('portal.scope')")) == "across"


@on_postgres
def test_a_server_that_is_gone_is_said_in_sqlalchemys_words(app: Flask) -> None:
    """So that the pool lets go of the connection, and the next has another."""
    with app.app_context(), db.engine.connect() as ours, db.engine.connect() as other:
        pid = ours.scalar(PID)
        ours.rollback()
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with pytest.raises(OperationalError) as raised:
            tell(ours, "across", "", "auto")
        assert raised.value.connection_invalidated
        ours.rollback()
        assert ours.scalar(PID) != pid


@on_postgres
@pytest.mark.parametrize("word", ["'", "a;b", "a b", "x'--"])
def test_only_plain_words_are_told(app: Flask, word: str) -> None:
    wanted = pytest.raises(ValueError, match="not a plain word")
    with app.app_context(), db.engine.connect() as connection, wanted:
        tell(connection, word, "", "auto")


@on_postgres
def test_what_is_only_read_is_not_written(app: Flask) -> None:
    refused = pytest.raises(InternalError, match="read-only")
    with app.app_context(), reading(), directory(), refused:
        db.session.connection().execute(text("CREATE TABLE left_over (id int)"))


@on_postgres
def test_a_setting_that_is_refused_is_named(app: Flask) -> None:
    refused = pytest.raises(DBAPIError, match="plan_cache_mode")
    with app.app_context(), db.engine.connect() as connection:
        with refused:
            tell(connection, "across", "", "nonsense")
        connection.rollback()
        tell(connection, "across", "", "auto")


@on_postgres
def test_another_isolation_is_left_to_the_driver(app: Flask) -> None:
    level = text("SELECT current_setting('transaction_isolation')")
    with app.app_context(), db.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="SERIALIZABLE")
        tell(connection, "across", "", "auto")
        assert connection.scalar(level) == "serializable"


class Breaking:
    """A connection whose server refuses a setting, and is gone when that is to be undone."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    @property
    def transaction_status(self) -> TransactionStatus:
        return TransactionStatus.INERROR if self.sent else TransactionStatus.IDLE

    def exec_(self, command: bytes) -> Any:
        self.sent.append(command)
        if command == b"ROLLBACK":
            raise psycopg.OperationalError("the connection is closed")
        return SimpleNamespace(status=ExecStatus.FATAL_ERROR)


def test_a_server_that_goes_while_a_beginning_is_undone_is_left_to_sqlalchemy() -> None:
    """Which comes upon it gone, says so in its words and lets go of the connection."""
    server = Breaking()
    driver = SimpleNamespace(
        pgconn=server, autocommit=False, isolation_level=None, deferrable=None, read_only=True
    )
    connection: Any = SimpleNamespace(
        connection=SimpleNamespace(driver_connection=driver), exec_driver_sql=_gone
    )
    with pytest.raises(OperationalError, match="out of reach"):
        tell(connection, "across", "", "auto")
    assert server.sent[1:] == [b"ROLLBACK"]


def _gone(*_: object) -> None:
    raise OperationalError("SELECT", {}, Exception("out of reach"))
