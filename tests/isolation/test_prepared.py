"""PostgreSQL takes apart what a connection sends again and again once, and plans it each time."""

import pytest
from sqlalchemy import func, select, text

from tenants.accounts import Account
from tenants.db import db
from tenants.engines import reading
from tenants.scope import directory
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
