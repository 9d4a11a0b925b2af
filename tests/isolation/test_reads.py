"""No statement of any shape shows a row outside its scope."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from sqlalchemy.exc import ProgrammingError

from tenants.db import db
from tenants.scope import CrossTenant, NoScope, Scope, acting_in, directory, tenant_scope
from tenants.scope_sql import DIRECTORY_TABLES
from tests.isolation.locks import Locks, count, locked, unlocked
from tests.isolation.reads import sample
from tests.isolation.reads_past import READS
from tests.isolation.world import Key, World, scoped_classes, table_of

Place = tuple[Flask, World, Locks]
REFUSED: tuple[type[Exception], ...] = (NoScope, CrossTenant, ProgrammingError)
LEAKS_TRIED_IN = ("all of acme", "hamburg below, berlin alone", "bolt's person in acme")
every_class = pytest.mark.parametrize("cls", scoped_classes(), ids=lambda cls: cls.__name__)


def scopes(world: World) -> dict[str, Scope]:
    """What people of this world reach."""
    acme, bolt = world.id_of("acme"), world.id_of("bolt")
    berlin, hamburg = world.id_of("acme-berlin"), world.id_of("acme-hamburg")
    return {
        "all of acme": tenant_scope(acme),
        "berlin and below": Scope("tenant", acme, roots=(berlin,)),
        "hamburg below, berlin alone": Scope("tenant", acme, roots=(hamburg,), alone=(berlin,)),
        "the house in acme": Scope("tenant", acme, roots=(world.id_of("house"),)),
        "bolt's person in acme": Scope("tenant", acme, roots=(bolt,), alone=(bolt,)),
        "no such tenant": tenant_scope(uuid.UUID(int=0)),
    }


def tried_in(title: str, number: int, cls: type, locks: Locks) -> bool:
    """Tell whether a shape (by its number) is tried on a class in a scope.

    Where the ORM's lock is alone, as on SQLite, every shape in all of them. On PostgreSQL each
    shape on each class in one: the shapes take turns on a class, the classes with a shape, so that
    both meet every scope there as well.
    """
    if locks.kind == "sqlite":
        return True
    turn = scoped_classes().index(cls) + number
    return LEAKS_TRIED_IN[turn % len(LEAKS_TRIED_IN)] == title


def found_by(name: str, cls: type, world: World) -> set[Key] | None:
    """What a shape finds, or None when it is refused."""
    session = db.session()
    try:
        return READS[name](session, cls, world)
    except REFUSED as error:
        if isinstance(error, ProgrammingError) and "permission denied" not in str(error):
            raise
        return None
    finally:
        session.rollback()
        session.expunge_all()


@locked
@every_class
def test_a_tenant_scope_shows_only_its_rows(place: Place, cls: type):
    app, world, locks = place
    held, wrong = 0, []
    with app.app_context():
        for title in LEAKS_TRIED_IN:
            scope = scopes(world)[title]
            tried = [name for n, name in enumerate(READS) if tried_in(title, n, cls, locks)]
            allowed = world.visible(cls, scope, only_tenant=not locks.orm)
            assert len(allowed) < len(world.rows(cls)), f"{cls.__name__} has nothing to hide"
            with acting_in(scope):
                leaks = {name: (found_by(name, cls, world) or set()) - allowed for name in tried}
            held += sum(not leak for leak in leaks.values())
            wrong += [f"{title}, {name}: {len(n)} too many" for name, n in leaks.items() if n]
    count(locks, held, len(wrong))
    assert not wrong, "\n".join(wrong)


@locked
@every_class
def test_a_tenant_scope_shows_all_its_rows(place: Place, cls: type):
    app, world, locks = place
    missing = []
    with app.app_context():
        for title, scope in scopes(world).items():
            allowed = world.visible(cls, scope, only_tenant=not locks.orm)
            for name in ("entity", "columns", "subquery", "legacy_query", "self_join"):
                with acting_in(scope):
                    if found_by(name, cls, world) != allowed:
                        missing.append(f"{title}, {name}")
    assert not missing, "\n".join(missing)


@locked
@every_class
def test_what_is_in_scope_can_be_had_by_key_and_refreshed(place: Place, cls: type):
    app, world, _ = place
    scope = tenant_scope(world.id_of("acme"))
    allowed = world.visible(cls, scope) & set(sample(cls, world))
    assert allowed
    with app.app_context(), acting_in(scope):
        for name in ("get", "refresh", "expired_attribute", "exists_by_key"):
            assert found_by(name, cls, world) == allowed, name


@locked
@every_class
def test_without_a_scope_nothing_is_shown(place: Place, cls: type):
    app, world, locks = place
    public = {row.key for row in world.rows(cls) if row.tenant_id is None}
    held, wrong = 0, []
    with app.app_context():
        for name in READS:
            found = found_by(name, cls, world)
            allowed = found is None or (not locks.orm and found <= public)
            held += allowed
            if not allowed:
                wrong.append(f"{name}: {'nothing refused' if not found else 'rows shown'}")
    count(locks, held, len(wrong))
    assert not wrong, "\n".join(wrong)


@locked
@every_class
def test_the_directory_shows_its_own_tables_only(place: Place, cls: type):
    app, world, locks = place
    listed = table_of(cls).name in DIRECTORY_TABLES
    held, wrong = 0, []
    with app.app_context(), directory():
        for name in READS:
            found = found_by(name, cls, world)
            fine = listed or not found
            held += fine
            if not fine:
                wrong.append(name)
            if listed and name == "entity":
                assert found == {row.key for row in world.rows(cls)}
    count(locks, held, len(wrong))
    assert not wrong, "\n".join(wrong)


@unlocked
@every_class
def test_with_no_lock_every_check_fails(place: Place, cls: type):
    app, world, locks = place
    scope = scopes(world)["hamburg below, berlin alone"]
    allowed = world.visible(cls, scope)
    leaked, held = 0, []
    with app.app_context():
        for name in READS:
            with acting_in(scope):
                found = found_by(name, cls, world)
            if (found or set()) - allowed:
                leaked += 1
            else:
                held.append(name)
    count(locks, len(held), leaked)
    assert not held, f"these checks cannot fail: {held}"
