"""No statement of any shape shows a row outside its scope."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tenants.db import db
from tenants.scope import NoScope, CrossTenant, Scope, acting_in, directory, tenant_scope
from tenants.scope_sql import DIRECTORY_TABLES
from tests.isolation.locks import ALL, NONE, Locks, count
from tests.isolation.reads import PAST_THE_ORM, READS
from tests.isolation.world import Key, World, scoped_classes, table_of

Place = tuple[Flask, World, Locks]
REFUSED: tuple[type[Exception], ...] = (NoScope, CrossTenant)
locked = pytest.mark.parametrize(
    "place",
    [pytest.param(x, id=x.name, marks=[pytest.mark.postgres] if x.kind == "postgres" else [])
     for x in ALL], indirect=True,
)  # fmt: skip
unlocked = pytest.mark.parametrize(
    "place",
    [pytest.param(x, id=x.name, marks=[pytest.mark.postgres] if x.kind == "postgres" else [])
     for x in NONE], indirect=True,
)  # fmt: skip


def scopes(world: World) -> dict[str, Scope]:
    """What people of this world reach."""
    acme, bolt = world.id_of("acme"), world.id_of("bolt")
    berlin, hamburg = world.id_of("acme-berlin"), world.id_of("acme-hamburg")
    return {
        "all of acme": tenant_scope(acme),
        "all of bolt": tenant_scope(bolt),
        "berlin and below": Scope("tenant", acme, roots=(berlin,)),
        "berlin alone": Scope("tenant", acme, alone=(berlin,)),
        "berlin and hamburg": Scope("tenant", acme, roots=(hamburg,), alone=(berlin,)),
        "the house in acme": Scope("tenant", acme, roots=(world.id_of("house"),)),
        "bolt's person in acme": Scope("tenant", acme, roots=(bolt,), alone=(bolt,)),
        "nothing": Scope("tenant", acme),
        "no such tenant": tenant_scope(uuid.UUID(int=0)),
    }


def shapes(_locks: Locks) -> list[str]:
    return list(READS)


def found_by(name: str, cls: type, world: World) -> set[Key] | None:
    """What a shape finds, or None when it is refused."""
    session = db.session()
    try:
        return READS[name](session, cls, world)
    except REFUSED:
        return None
    finally:
        session.rollback()
        session.expunge_all()


@locked
@pytest.mark.parametrize("cls", scoped_classes(), ids=lambda cls: cls.__name__)
def test_a_tenant_scope_shows_only_its_rows(place: Place, cls: type):
    app, world, locks = place
    held, wrong = 0, []
    with app.app_context():
        for title, scope in scopes(world).items():
            allowed = world.visible(cls, scope, only_tenant=not locks.orm)
            assert len(allowed) < len(world.rows(cls)), f"{cls.__name__} has nothing to hide"
            for name in shapes(locks):
                with acting_in(scope):
                    found = found_by(name, cls, world)
                leak = (found or set()) - allowed
                held += not leak
                if leak:
                    wrong.append(f"{title}, {name}: {len(leak)} rows too many")
    count(locks, held, len(wrong))
    assert not wrong, "\n".join(wrong)


@locked
@pytest.mark.parametrize("cls", scoped_classes(), ids=lambda cls: cls.__name__)
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
@pytest.mark.parametrize("cls", scoped_classes(), ids=lambda cls: cls.__name__)
def test_without_a_scope_nothing_is_shown(place: Place, cls: type):
    app, world, locks = place
    public = {row.key for row in world.rows(cls) if row.tenant_id is None}
    held, wrong = 0, []
    with app.app_context():
        for name in shapes(locks):
            found = found_by(name, cls, world)
            allowed = found is None or (not locks.orm and found <= public)
            allowed = allowed or (name in PAST_THE_ORM and found <= public)
            held += allowed
            if not allowed:
                wrong.append(f"{name}: {'nothing refused' if not found else 'rows shown'}")
    count(locks, held, len(wrong))
    assert not wrong, "\n".join(wrong)


@locked
@pytest.mark.parametrize("cls", scoped_classes(), ids=lambda cls: cls.__name__)
def test_the_directory_shows_its_own_tables_only(place: Place, cls: type):
    app, world, locks = place
    listed = table_of(cls).name in DIRECTORY_TABLES
    held, wrong = 0, []
    with app.app_context(), directory():
        for name in shapes(locks):
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
@pytest.mark.parametrize("cls", scoped_classes(), ids=lambda cls: cls.__name__)
def test_with_no_lock_every_check_fails(place: Place, cls: type):
    app, world, locks = place
    scope = scopes(world)["berlin alone"]
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
