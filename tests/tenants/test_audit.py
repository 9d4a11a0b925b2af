"""The trail: no change without its event, no event with wrong facts, no row ever changed again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from portal.content.pages import Page, Revision
from tenants.accounts import Account
from tenants.audit import HIDDEN, AuditEvent, BadEvent, Unrecorded, pending_changes, record
from tenants.db import db
from tenants.events import Event, all_events
from tenants.people import Person
from tenants.scope import Scope, acting_in, aside, tenant_scope
from tenants.sealing import seal_batch
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page
from tests.isolation.world import superuser_url, table_of

pytestmark = both_databases
APPEND_ONLY = ("audit_checkpoint", "audit_event", "audit_seal", "revision")


def a_page(cast: Cast) -> Page:
    return db.session.scalars(select(Page).where(Page.account_id == cast.acme.id)).first()  # type: ignore[return-value]


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_a_change_without_an_event_is_not_committed(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        a_page(cast).title = "Changed in secret"
        with pytest.raises(Unrecorded, match="Page"):
            db.session.commit()
        db.session.rollback()
        assert a_page(cast).title != "Changed in secret"


def test_neither_is_a_new_row_nor_a_deleted_one(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        db.session.add(Page(type="page", title="New", account_id=cast.acme.id))
        with pytest.raises(Unrecorded, match="Page"):
            db.session.commit()
        db.session.rollback()
        page = make_page(cast.acme)
        db.session.commit()
        db.session.delete(page)
        with pytest.raises((Unrecorded, DBAPIError)):
            db.session.commit()


def test_nor_one_in_a_session_aside(inside, cast: Cast):
    scope = tenant_scope(cast.acme.id)
    with pytest.raises(Unrecorded, match="Account"):
        rename_aside(scope, cast)


def rename_aside(scope: Scope, cast: Cast) -> None:
    with aside(scope) as session:
        account = session.get(Account, cast.acme.id)
        assert account is not None
        account.name = "Changed in secret"


def test_an_event_lets_it_through_with_what_changed(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        account = db.session.get(Account, cast.acme.id)
        assert account is not None
        account.name = "Acme and Sons"
        row = record(Event.ACCOUNT_CHANGED, account, by=TESTS, reason="A new owner.")
        db.session.commit()
        assert row.changes == {"name": ["Acme", "Acme and Sons"]}
        assert (row.target_label, row.reason, row.tenant_id) == (
            "Acme and Sons", "A new owner.", cast.acme.id,
        )  # fmt: skip
        assert row.sentence == "changed Acme and Sons"


def test_an_event_undone_with_its_savepoint_tells_of_nothing(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        page = a_page(cast)
        with db.session.begin_nested() as savepoint:
            page.title = "First"
            record(Event.PAGE_CHANGED, page, by=TESTS, revision=1)
            db.session.flush()
            savepoint.rollback()
        page.title = "Second, in secret"
        with pytest.raises(Unrecorded):
            db.session.commit()


def test_a_change_undone_with_its_savepoint_needs_no_event(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        before = events()
        with db.session.begin_nested() as savepoint:
            a_page(cast).title = "Never"
            db.session.flush()
            savepoint.rollback()
        db.session.commit()
        assert events() == before


def test_a_savepoint_may_hold_the_change_and_the_outside_the_event(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        page = a_page(cast)
        with db.session.begin_nested():
            page.title = "Told of later"
        record(Event.PAGE_CHANGED, page, by=TESTS, revision=1)
        db.session.commit()


def test_bulk_writes_on_audited_rows_are_refused(inside, cast: Cast):
    statements = (
        update(Page).values(title="x"), delete(Page), insert(Page).values(title="x"),
        update(Person).values(name="x"), update(table_of(Person)).values(name="x"),
        insert(table_of(Person)).values(name="x"), delete(table_of(Person)),
    )  # fmt: skip
    with acting_in(tenant_scope(cast.acme.id)):
        for statement in statements:
            with pytest.raises(Exception, match=r"told of|objects of the session"):
                db.session.execute(statement)
        with pytest.raises(Unrecorded):
            db.session.query(Page).update({"title": "x"})


@pytest.fixture
def sealed(app: Flask, cast: Cast) -> None:
    """Rows in every table that only grows."""
    with app.app_context():
        assert seal_batch(cast.acme.id, b"key").count


def attempts(table: str, kind: str) -> list[str]:
    """Every way to change or lose a row of a table."""
    common = [f"UPDATE {table} SET id = id", f"DELETE FROM {table}"]
    if kind == "sqlite":
        again = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        return [*common, again, f"UPDATE OR REPLACE {table} SET tenant_id = account_id"]
    upsert = (
        f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = {table}.id"
    )
    return [*common, f"TRUNCATE {table} CASCADE", upsert]


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_portals_own_connection_can_only_add(
    app: Flask, sealed, database_kind: str, table: str
):
    for statement in attempts(table, database_kind):
        with app.app_context(), db.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if database_kind == "postgres":
                driver.execute("SELECT set_config('portal.scope', 'across', false)")
            with pytest.raises(Exception, match=r"only grows|permission denied"):
                driver.execute(statement)
            driver.rollback()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_tables_owner_can_only_add_too(
    sealed, database_url: str, database_kind: str, table: str
):
    engine = create_engine(superuser_url(database_url))
    statements = [s for s in attempts(table, database_kind) if "OR REPLACE" not in s]
    for statement in statements:
        with engine.connect() as connection, pytest.raises(DBAPIError, match="only grows"):
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_secrets_do_not_reach_the_trail(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        person = db.session.get(Person, cast.editor.id)
        assert person is not None
        before, person.password_hash = person.password_hash, "a new hash"
        assert pending_changes(person)["password_hash"] == [HIDDEN, HIDDEN]
        row = record(
            Event.PERSON_CHANGED, person, by=TESTS, account_id=cast.acme.id,
            changes={"password_hash": [before, "a new hash"]},
        )  # fmt: skip
        db.session.commit()
        assert row.changes == {"password_hash": [HIDDEN, HIDDEN]}


def test_wrong_facts_are_refused(inside, cast: Cast):
    with acting_in(tenant_scope(cast.acme.id)):
        wrong: list[dict[str, Any]] = [{}, {"revision": 1, "more": 2}, {"other": 1}]
        for facts in wrong:
            with pytest.raises(BadEvent, match=r"page\.changed"):
                record(Event.PAGE_CHANGED, a_page(cast), by=TESTS, **facts)


def test_every_sentence_can_be_said(inside, cast: Cast):
    for kind in all_events().values():
        facts = {key: f"<{key}>" for key in kind.keys}
        row = AuditEvent(event=kind.name, target_label="It", facts=facts)
        assert row.sentence
        assert "{" not in row.sentence


def test_the_trail_survives_its_target(inside, cast: Cast):
    """No foreign key leads from an event to what it tells of."""
    keys = {key.column.table.name for key in AuditEvent.__table__.foreign_keys}
    assert keys == {"account"}
    assert Revision.__tablename__ in APPEND_ONLY
