"""Copies of the migrated database."""

from __future__ import annotations

from tests.infra.postgres import Database


def test_a_fresh_copy_has_the_tables_and_no_tenants(fresh_postgres_database: Database):
    database = fresh_postgres_database
    with database.server.connect(database.name, "portal_owner") as connection:
        tables = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables")}
        tenants = connection.execute("SELECT count(*) FROM account").fetchone()
    assert {"account", "alembic_version"} <= tables
    assert tenants == (0,)


def test_copies_are_separate(
    fresh_postgres_database: Database, postgres_database: Database, postgres_url: str
):
    assert fresh_postgres_database.name != postgres_database.name
    assert postgres_url == postgres_database.web_url
    with fresh_postgres_database.server.connect(fresh_postgres_database.name) as connection:
        connection.execute("CREATE TABLE only_here (x INT)")
    with postgres_database.server.connect(postgres_database.name) as connection:
        found = connection.execute("SELECT to_regclass('only_here')").fetchone()
    assert found == (None,)
