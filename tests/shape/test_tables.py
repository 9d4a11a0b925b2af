"""Every table is a tenant's and guarded, or on a short list; migrations are the models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Column, Engine, ForeignKey, create_engine, inspect, text

from tenants.accounts import Account
from tenants.audit import SECRET_FIELDS
from tenants.db import Base
from tenants.scope import TenantOrBuiltIn, TenantScoped
from tenants.scope_sql import DIRECTORY_TABLES
from tests.fixtures.app import on_postgres
from tests.infra.postgres import Database
from tests.isolation.world import scoped_classes, superuser_url, table_of

NOT_A_TENANTS = {
    "absence": "belongs to a person, who may work in many tenants",
    "alembic_version": "Alembic's own",
    "email_change": "belongs to a person, who may work in many tenants",
    "form_answer": "a digest and an address, kept for minutes; whose it was is in the digest alone",
    "heartbeat": "signs of life of our machinery",
    "installation": "the one row that says which database this is",
    "login_session": "belongs to a person, who may work in many tenants",
    "mail_token": "belongs to a person, who may work in many tenants",
    "outbox_mail": "belongs to its recipient; doors show it by its tenant, without its text",
    "person": "one identity over all tenants; grants say where",
}
# Foreign keys are checked past row-level security: they name the tenant too. No exception so far.
REFERENCES_BY_ID_ALONE: set[str] = set()
# Written by a trigger alone, which takes the account from a row that has just been checked for it.
NAMED_BY_A_TRIGGER = {"audit_waiting"}
# The full-text indexes: triggers keep them; they are only asked through a mapped table.
UNMAPPED = ("search_index", "live_index")
# Columns that end like secrets and are none.
NO_SECRET = {"site_host.token"}  # stands in the DNS for everybody to read


def test_every_table_is_a_tenants_or_says_why_not():
    scoped = {table_of(cls).name for cls in scoped_classes()}
    others = set(Base.metadata.tables) - scoped
    assert others == set(NOT_A_TENANTS) - {"alembic_version"}


def test_no_table_is_mapped_twice_or_scoped_by_half():
    for mapper in Base.registry.mappers:
        columns = {column.name for column in mapper.local_table.columns}
        scoped = issubclass(mapper.class_, TenantScoped | TenantOrBuiltIn)
        if "tenant_id" in columns and mapper.class_.__tablename__ != "outbox_mail":
            assert scoped, f"{mapper.class_.__name__} has a tenant and no scope"


def test_every_tenant_row_names_an_account():
    for cls in scoped_classes():
        if issubclass(cls, TenantScoped) and cls is not Account:
            columns = table_of(cls).columns
            held = [
                c for c in columns if any(k.column.table.name == "account" for k in c.foreign_keys)
            ]
            by_trigger = table_of(cls).name in NAMED_BY_A_TRIGGER
            assert bool(held) is not by_trigger, f"{cls.__name__} refers to no account"
            assert not table_of(cls).c.tenant_id.nullable


def test_a_reference_between_tenant_rows_includes_the_tenant():
    """Foreign keys are checked past row-level security and would tell what exists elsewhere."""
    scoped = {table_of(cls).name for cls in scoped_classes()} - DIRECTORY_TABLES
    bare = {
        f"{key.parent.table.name}.{key.parent.name}"
        for name in scoped
        for key in Base.metadata.tables[name].foreign_keys
        if key.column.table.name in scoped and "tenant_id" not in _columns_of(key)
    }
    assert bare == REFERENCES_BY_ID_ALONE


def _columns_of(key: ForeignKey) -> set[str]:
    return {str(column.name) for column in key.constraint.columns} if key.constraint else set()


@on_postgres
def test_every_tenant_table_is_guarded_by_the_database(app: Flask, database_url: str):
    engine = create_engine(superuser_url(database_url))
    with engine.connect() as connection:
        policies = {
            row.tablename: row
            for row in connection.execute(
                text("SELECT * FROM pg_policies WHERE policyname = 'tenant' AND cmd = 'ALL'")
            )
        }
        forced = set(
            connection.scalars(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            )
        )
        tables = set(inspect(connection).get_table_names())
        owned = connection.scalar(
            text("SELECT count(*) FROM pg_class JOIN pg_roles r ON r.oid = relowner "
                 "WHERE rolname = 'portal_web'")
        )  # fmt: skip
        passes = connection.scalar(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'portal_web'")
        )
    engine.dispose()
    assert tables - set(policies) == set(NOT_A_TENANTS)
    assert set(policies) == forced
    for policy in policies.values():
        assert policy.qual == policy.with_check
        assert "tenant_id" in policy.qual
    assert not owned
    assert not passes


def test_secrets_are_known_as_secrets():
    words = ("password", "secret", "token", "hash")
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if any(word in column.name for word in words) and isinstance(column, Column):
                named = f"{table.name}.{column.name}"
                assert column.name in SECRET_FIELDS or named in NO_SECRET, named


Built = Callable[..., Flask]


def go(app: Flask, action: Callable[[Any, str], None], to: str) -> None:
    """Run a migration command in the app."""
    with app.app_context():
        action(app.extensions["migrate"].migrate.get_config(), to)


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    return [each for each in found if not any(name in str(each) for name in UNMAPPED)]


def round_trip(app: Flask, engine: Engine) -> None:
    for _ in range(2):
        go(app, command.upgrade, "head")
        assert differences(engine) == []
        tables = set(inspect(engine).get_table_names())
        tables = {name for name in tables if not name.startswith(UNMAPPED)}
        assert tables == set(Base.metadata.tables) | {"alembic_version"}
        go(app, command.downgrade, "base")
        assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()


def test_migrations_go_up_to_the_models_and_down_again_on_sqlite(make_app: Built, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    round_trip(make_app(url), create_engine(url))


@pytest.mark.postgres
def test_migrations_go_up_to_the_models_and_down_again_on_postgresql(
    make_app: Built, empty_postgres_database: Database
):
    app = make_app(
        empty_postgres_database.web_url, owner_database_url=empty_postgres_database.owner_url
    )
    round_trip(app, create_engine(empty_postgres_database.owner_url))
    with empty_postgres_database.server.connect(empty_postgres_database.name) as connection:
        left = connection.execute(
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace "
            "WHERE n.nspname = 'public'"
        ).fetchall()
    assert left == []
