"""PostgreSQL takes apart what a connection sends again and again once, and plans it each time.

Only what is found by a key is planned once.
"""

import contextlib

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from tenants.accounts import Account
from tenants.db import db
from tenants.engines import reading
from tenants.prepared import by_key, keys_alone
from tenants.scope import across_tenants, directory
from tests.fixtures.app import on_postgres

AGAIN = 8


def ask() -> None:
    with reading(), directory():
        db.session.scalar(select(func.count()).select_from(Account).where(Account.depth == 1))


@pytest.mark.usefixtures("inside")
@on_postgres
def test_what_only_reads_stays_prepared_in_its_connection() -> None:
    for _ in range(AGAIN):
        ask()
    with reading(), directory():
        prepared = db.session.execute(text("SELECT statement FROM pg_prepared_statements"))
        assert any("account.depth" in row.statement for row in prepared)
        assert db.session.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"


@pytest.mark.usefixtures("inside")
@on_postgres
def test_a_reading_that_failed_is_rolled_back() -> None:
    with reading(), directory(), pytest.raises(Exception, match="division by zero"):
        db.session.execute(text("SELECT 1 / 0"))
    ask()


def plans(part: str) -> tuple[int, int]:
    """How often a statement was run by the one plan for any values, and by one of its own."""
    query = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE :p"
    (row,) = db.session.execute(text(query), {"p": f"%{part}%"})
    return row.generic_plans, row.custom_plans


@pytest.mark.usefixtures("inside")
@on_postgres
def test_what_is_found_by_a_key_is_planned_once_and_all_else_each_time() -> None:
    by_handle = by_key(select(Account.zone).where(Account.handle == "acme"))
    by_depth = select(Account.kind).where(Account.depth == 1)
    with reading(), across_tenants("a test of plans"):
        for _ in range(AGAIN):
            db.session.scalar(by_handle)
            db.session.scalar(by_depth)
            with keys_alone():
                db.session.scalar(select(Account.name).where(Account.depth == 1))
        found = {part: plans(part) for part in ("account.zone", "account.kind", "account.name")}
    assert found["account.zone"][0] > 0 == found["account.zone"][1]
    assert found["account.kind"][1] > 0 == found["account.kind"][0]
    assert found["account.name"][0] > 0 == found["account.name"][1]


@pytest.mark.usefixtures("inside")
@on_postgres
def test_the_next_transaction_begins_anew() -> None:
    with reading():
        with directory():
            assert db.session.scalar(by_key(text("SHOW plan_cache_mode"))) == "force_generic_plan"
        with across_tenants("a test of plans"):
            assert db.session.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"
    with directory():
        assert db.session.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"


@pytest.mark.usefixtures("inside")
@on_postgres
def test_who_writes_plans_once_until_something_is_planned_for_its_values() -> None:
    asked = text("SHOW plan_cache_mode")
    with directory():
        assert db.session.scalar(by_key(asked)) == "force_generic_plan"
        with contextlib.suppress(RuntimeError), db.session.begin_nested():
            assert db.session.scalar(asked) == "force_custom_plan"
            raise RuntimeError
        assert db.session.scalar(by_key(asked)) == "force_generic_plan"
        with contextlib.suppress(ProgrammingError), db.session.begin_nested():
            db.session.execute(text("SELECT no_such_column"))
        assert db.session.scalar(asked) == "force_custom_plan"
        assert db.session.scalar(by_key(asked)) == "force_custom_plan"


@pytest.mark.usefixtures("inside")
@on_postgres
def test_a_connection_lost_within_a_savepoint_is_said_to_be_lost() -> None:
    """And not that something else was done wrong: whoever asks tells the one from the other."""
    with (
        across_tenants("a test of faults"),
        pytest.raises(OperationalError, match="terminating connection"),
        db.session.begin_nested(),
    ):
        db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    ask()
