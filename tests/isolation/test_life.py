"""Scopes over the life of a session, a connection and a process: reuse, faults, threads."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload, lazyload, selectinload, subqueryload

from portal.content.pages import Page
from portal.content.terms import Term
from tenants.accounts import Account
from tenants.audit import record
from tenants.db import db
from tenants.engines import reading
from tenants.events import Event
from tenants.grants import Grant
from tenants.roles import Role
from tenants.scope import (
    CrossTenant,
    NoScope,
    ReadOnly,
    Scope,
    across_tenants,
    acting_in,
    aside,
    directory,
    tenant_scope,
)
from tests.isolation.locks import Locks, locked
from tests.isolation.world import World, table_of

Place = tuple[Flask, World, Locks]
pytestmark = locked
THREADS = 50


def titles_seen() -> set[uuid.UUID]:
    return set(db.session.scalars(select(Page.tenant_id)))


def test_one_compiled_statement_serves_all_scopes(place: Place):
    app, world, _ = place
    acme, bolt = world.id_of("acme"), world.id_of("bolt")
    query = select(Page.tenant_id)
    with app.app_context():
        for tenant in (acme, bolt, acme, bolt):
            with acting_in(tenant_scope(tenant)):
                assert set(db.session.scalars(query)) == {tenant}


def test_one_compiled_statement_serves_parts_of_a_tenant(place: Place):
    app, world, locks = place
    if not locks.orm:
        pytest.skip("row-level security knows tenants, not accounts")
    acme = world.id_of("acme")
    query = select(Page.account_id)
    with app.app_context():
        for handles in (
            ("acme-berlin",),
            ("acme-hamburg", "acme-berlin-mitte"),
            (),
            ("acme-berlin",),
        ):
            alone = tuple(world.id_of(handle) for handle in handles)
            with acting_in(Scope("tenant", acme, alone=alone)):
                assert set(db.session.scalars(query)) == set(alone)


def test_threads_do_not_mix(place: Place):
    app, world, _ = place
    tenants = (world.id_of("acme"), world.id_of("bolt"))
    start, wrong = threading.Barrier(THREADS), []

    def work(number: int) -> None:
        start.wait()
        for turn in range(6):
            tenant = tenants[(number + turn) % 2]
            with app.app_context(), reading(), acting_in(tenant_scope(tenant)):
                if titles_seen() != {tenant} or titles_seen() != {tenant}:
                    wrong.append((number, turn))
                if turn % 3 == 2:
                    db.session.rollback()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_fault_leaves_nothing_behind(place: Place):
    app, world, _ = place
    acme, bolt = world.id_of("acme"), world.id_of("bolt")
    with app.app_context():
        for _ in range(3):
            with pytest.raises(DBAPIError):
                _stumble(tenant_scope(acme))
            with acting_in(tenant_scope(bolt)):
                assert titles_seen() == {bolt}


def _stumble(scope: Scope) -> None:
    with acting_in(scope):
        titles_seen()
        db.session.execute(text("SELECT nonsense"))


def test_a_new_transaction_keeps_the_scope(place: Place):
    app, world, _ = place
    acme = world.id_of("acme")
    with app.app_context(), acting_in(tenant_scope(acme)):
        for finish in (db.session.commit, db.session.rollback, db.session.commit):
            assert titles_seen() == {acme}
            finish()
        assert titles_seen() == {acme}


def test_a_savepoint_keeps_the_scope(place: Place):
    app, world, _ = place
    acme = world.id_of("acme")
    with app.app_context(), acting_in(tenant_scope(acme)):
        with db.session.begin_nested() as savepoint:
            assert titles_seen() == {acme}
            savepoint.rollback()
        assert titles_seen() == {acme}


def test_a_scope_does_not_outlive_its_block(place: Place):
    app, world, locks = place
    with app.app_context():
        with acting_in(tenant_scope(world.id_of("acme"))):
            titles_seen()
        if locks.orm:
            with pytest.raises(NoScope):
                titles_seen()
        else:
            assert titles_seen() == set()


def test_no_second_scope_inside_a_transaction(place: Place):
    app, world, _ = place
    with app.app_context(), acting_in(tenant_scope(world.id_of("acme"))):
        titles_seen()
        with pytest.raises(CrossTenant), acting_in(tenant_scope(world.id_of("bolt"))):
            pass
        with pytest.raises(CrossTenant), directory():
            pass


def test_the_same_scope_again_keeps_what_is_pending(place: Place):
    app, world, _ = place
    scope = tenant_scope(world.id_of("acme"))
    with app.app_context(), acting_in(scope):
        before = db.session.scalar(select(func.count()).select_from(Term)) or 0
        db.session.add(Term(account_id=world.id_of("acme"), tenant_id=scope.tenant_id,
                            taxonomy="tag", slug=str(uuid.uuid4()), name="Pending"))  # fmt: skip
        db.session.flush()
        with acting_in(scope):
            pass
        assert db.session.scalar(select(func.count()).select_from(Term)) == before + 1
        db.session.rollback()


def test_beside_another_scope_the_main_session_is_closed(place: Place):
    app, world, locks = place
    if not locks.orm:
        pytest.skip("the ORM's own check")
    with app.app_context(), reading(), acting_in(tenant_scope(world.id_of("acme"))):
        titles_seen()
        with aside(tenant_scope(world.id_of("bolt"))) as session:
            assert set(session.scalars(select(Page.tenant_id))) == {world.id_of("bolt")}
            session.rollback()
            with pytest.raises(CrossTenant):
                titles_seen()


@pytest.mark.parametrize("load", [lazyload, joinedload, selectinload, subqueryload])
def test_relationships_do_not_lead_out(place: Place, load: Any):
    app, world, _ = place
    acme, bolt = world.id_of("acme"), world.id_of("bolt")
    foreign_role = world.made["role", "bolt"]
    values = world.values(Grant, "acme") | {"role_id": foreign_role}
    with world.engine.begin() as connection:
        connection.execute(table_of(Grant).insert().values(values))
    with app.app_context(), acting_in(tenant_scope(acme)):
        query = select(Grant).options(load(Grant.role), load(Grant.account))
        grants = {grant.id: grant for grant in db.session.scalars(query).unique()}
        assert grants[values["id"]].role is None
        assert {grant.account.tenant_id for grant in grants.values()} == {acme}
        assert bolt not in {grant.role.tenant_id for grant in grants.values() if grant.role}
    with world.engine.begin() as connection:
        table = table_of(Grant)
        connection.execute(table.delete().where(table.c.id == values["id"]))


def test_a_promise_to_read_is_kept(place: Place):
    app, world, locks = place
    scope = tenant_scope(world.id_of("acme"))
    with app.app_context(), reading(), acting_in(scope):
        term = db.session.scalars(select(Term)).first()
        assert term is not None
        term.name = "Changed"
        with pytest.raises(ReadOnly if locks.orm else DBAPIError):
            db.session.flush()
        db.session.rollback()
        for write in (update(Term).values(name="x"), delete(Term), insert(Term).values(name="x")):
            with pytest.raises((ReadOnly, DBAPIError)):
                db.session.execute(write)
            db.session.rollback()


def test_across_tenants_needs_a_reason_and_shows_all(place: Place):
    app, world, _ = place
    with pytest.raises(ValueError, match="why"):
        across_tenants("")
    with app.app_context(), across_tenants("to see that it does"):
        assert set(db.session.scalars(select(Account.id))) == {
            account.id for account in world.accounts.values()
        }
        assert {world.id_of("acme"), world.id_of("bolt")} <= titles_seen()


def test_a_built_in_role_is_nobodys_to_change(place: Place):
    app, world, locks = place
    with app.app_context(), acting_in(tenant_scope(world.id_of("acme"))):
        role = db.session.scalars(select(Role).where(Role.tenant_id.is_(None))).first()
        assert role is not None
        role.name = "Mine now"
        record(
            Event.ACCOUNT_CHANGED, role, by=_Nobody(), account_id=world.id_of("acme"), changes={}
        )
        with pytest.raises(CrossTenant if locks.orm else Exception):
            db.session.commit()
        db.session.rollback()
    with app.app_context(), across_tenants("to look"):
        assert "Mine now" not in set(db.session.scalars(select(Role.name)))


class _Nobody:
    person_id = None
    label = "nobody"
    on_behalf_of = ""
