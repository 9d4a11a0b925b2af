"""No statement of any shape writes a row of another tenant, or makes one, or gives one away."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError, SAWarning
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from tenants.audit import Unrecorded
from tenants.db import db
from tenants.scope import CrossTenant, NoScope, acting_in, tenant_scope
from tests.isolation.locks import Locks, count, locked, unlocked
from tests.isolation.world import Key, World, scoped_classes
from tests.isolation.writes import ORM_ONLY, PAST_THE_ORM, WRITES

Place = tuple[Flask, World, Locks]
REFUSED = (NoScope, CrossTenant, Unrecorded)
every_class = pytest.mark.parametrize("cls", scoped_classes(), ids=lambda cls: cls.__name__)


def got_at(name: str, cls: type, world: World, locks: Locks) -> bool:
    """Tell whether a write reached a foreign row; it is rolled back."""
    keys = foreign(cls, world)
    session = db.session()
    try:
        return WRITES[name](session, cls, world, keys) > 0
    except (*REFUSED, StaleDataError, ObjectDeletedError, SAWarning):
        return False
    except DBAPIError as error:
        words = ["row-level security", "permission denied"]
        if locks.kind == "postgres" and (locks.orm or locks.database):
            words.append("only grows")  # there the trigger refuses even what reaches no row
        return not any(word in str(error) for word in words)
    finally:
        session.rollback()
        session.expunge_all()


def expected(locks: Locks) -> list[str]:
    """The shapes that these locks can hold."""
    if locks.orm and not locks.database:
        return [name for name in WRITES if name not in PAST_THE_ORM]
    if locks.database and not locks.orm:
        return [name for name in WRITES if name not in ORM_ONLY]
    return list(WRITES)


def foreign(cls: type, world: World) -> list[Key]:
    bolt = world.id_of("bolt")
    return [row.key for row in world.rows(cls) if row.tenant_id in {bolt, None}][:3]


@locked
@every_class
def test_nothing_foreign_is_written(place: Place, cls: type):
    app, world, locks = place
    with app.app_context(), acting_in(tenant_scope(world.id_of("acme"))):
        wrong = [name for name in expected(locks) if got_at(name, cls, world, locks)]
    count(locks, len(expected(locks)) - len(wrong), len(wrong))
    assert not wrong


@locked
@every_class
def test_without_a_scope_nothing_is_written(place: Place, cls: type):
    app, world, locks = place
    skipped = {"flush_changed_tenant"}
    names = [name for name in expected(locks) if name not in skipped]
    with app.app_context():
        wrong = [name for name in names if got_at(name, cls, world, locks)]
    count(locks, len(names) - len(wrong), len(wrong))
    assert not wrong


@unlocked
@every_class
def test_with_no_lock_every_check_fails(place: Place, cls: type):
    app, world, locks = place
    with app.app_context(), acting_in(tenant_scope(world.id_of("acme"))):
        held = [name for name in WRITES if not got_at(name, cls, world, locks)]
    count(locks, len(held), len(WRITES) - len(held))
    assert not held, "these checks cannot fail"
