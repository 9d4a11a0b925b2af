"""The chain over the trail: whatever is done to a sealed row is found, and the first one named."""

from __future__ import annotations

import random
import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from tenants.audit import AuditEvent
from tenants.chain import verify
from tenants.db import db
from tenants.engines import reading
from tenants.findings import Report
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.sealing import ChainBroken, seal_batch
from tenants.seals import AuditCheckpoint, AuditSeal, AuditWaiting
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.isolation.world import table_of
from tests.tenants.chain_scene import (
    EVENT,
    KEY,
    SEAL,
    WAYS,
    add_events,
    past_triggers,
    seal_all,
)

pytestmark = both_databases
# The chain is read by the same statements on both databases: the second sees each way once.
ROUNDS = {"sqlite": 3, "postgres": 1}
CHECKPOINT = table_of(AuditCheckpoint)


def checked(app: Flask, cast: Cast) -> Report:
    return verify(cast.acme.id, app.config["PORTAL"].seal_key)


def rows_of(connection, cast: Cast) -> list:
    return list(
        connection.execute(
            SEAL.select().where(SEAL.c.tenant_id == cast.acme.id).order_by(SEAL.c.position)
        )
    )


def test_what_waits_is_sealed_and_holds(app: Flask, inside, cast: Cast):
    add_events(cast, 30, seed=1)
    assert seal_all(app) > 30
    assert seal_all(app) == 0
    report = checked(app, cast)
    assert (report.fault, report.waiting) == (None, 0)
    add_events(cast, 2, seed=2)
    assert checked(app, cast).waiting == 2
    assert "2 newer wait" in checked(app, cast).sentence
    with reading(), acting_in(tenant_scope(cast.acme.id)):
        sealed = db.session.scalars(select(AuditSeal.position).order_by(AuditSeal.position)).all()
    assert list(sealed) == list(range(1, report.sealed + 1))


@pytest.mark.parametrize("name", WAYS)
def test_tampering_is_found_and_the_first_row_named(
    app: Flask, inside, cast: Cast, database_kind: str, database_url: str, name: str
):
    dice = random.Random(name)  # noqa: S311 - repeatable, not secret
    for _ in range(3):
        add_events(cast, dice.randrange(1, 9), seed=dice.randrange(99))
        seal_all(app)
    before = checked(app, cast)
    assert before.fault is None
    for _ in range(ROUNDS[database_kind]):
        found, place = tampered(app, cast, database_url, dice, name)
        assert found.fault is not None
        if name == "insert_with_a_chain_made_anew":
            assert found.fault.kind == "unsigned"
            assert found.fault.position <= place
        else:
            assert (found.fault.position or 0) == place, found.sentence
        assert "tampered" in found.sentence
        assert checked(app, cast) == before


def tampered(app: Flask, cast: Cast, url: str, dice: random.Random, name: str):
    """Tamper, verify, and put everything back."""
    with past_triggers(url) as connection:
        kept = [[dict(r._mapping) for r in connection.execute(t.select())] for t in (EVENT, SEAL)]
        place = WAYS[name](connection, dice, rows_of(connection, cast))
        connection.commit()
        found = checked(app, cast)
        for table, rows in ((EVENT, kept[0]), (SEAL, kept[1])):
            connection.execute(table.delete())
            connection.execute(table.insert(), rows)
    return found, place


def test_events_committed_late_are_sealed(app: Flask, inside, cast: Cast):
    """An event with an older id and time, whose transaction ends after newer ones were sealed."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: nothing commits out of order")
    started, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
            row = AuditEvent(
                event="account.changed", target_type="account", target_label="Late",
                actor_label="Slow", account_id=cast.acme.id,
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            started.set()
            go_on.wait(20)
            db.session.commit()
            db.session.remove()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert started.wait(20)
    add_events(cast, 3, seed=3)
    seal_all(app)
    assert checked(app, cast).fault is None
    go_on.set()
    thread.join(20)
    assert checked(app, cast).waiting == 1
    assert seal_all(app) == 1
    report = checked(app, cast)
    assert (report.fault, report.waiting) == (None, 0)


def test_two_sealers_make_one_chain(app: Flask, inside, cast: Cast):
    add_events(cast, 60, seed=4)
    key, faults = app.config["PORTAL"].seal_key, []

    def seal() -> None:
        with app.app_context():
            try:
                for _ in range(40):
                    seal_batch(cast.acme.id, key, 3)
            except Exception as fault:  # noqa: BLE001 - told to the test
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=seal) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    seal_all(app)
    assert faults == []
    assert (checked(app, cast).fault, checked(app, cast).waiting) == (None, 0)


def test_nothing_is_sealed_onto_a_broken_end(app: Flask, inside, cast: Cast, database_url: str):
    seal_all(app)
    with past_triggers(database_url) as connection:
        last = rows_of(connection, cast)[-1]
        connection.execute(SEAL.delete().where(SEAL.c.id == last.id))
    with acting_in(tenant_scope(cast.acme.id)):
        db.session.add(AuditWaiting(event_id=last.id, account_id=cast.acme.id))
        db.session.commit()
    with pytest.raises(ChainBroken):
        seal_batch(cast.acme.id, app.config["PORTAL"].seal_key)
    fault = checked(app, cast).fault
    assert fault is not None
    assert (fault.kind, fault.position) == ("cut", last.position)


def test_another_key_does_not_verify(app: Flask, inside, cast: Cast):
    seal_all(app)
    fault = verify(cast.acme.id, KEY).fault
    assert fault is not None
    assert (fault.kind, fault.position) == ("unsigned", 1)


def test_a_checkpoint_taken_out_of_the_middle_is_missed(
    app: Flask, inside, cast: Cast, database_url: str
):
    for seed in range(3):
        add_events(cast, 2, seed=seed)
        seal_all(app)
    with past_triggers(database_url) as connection:
        mine = CHECKPOINT.c.tenant_id == cast.acme.id
        query = select(CHECKPOINT).where(mine).order_by(CHECKPOINT.c.position)
        *_, middle, _last = connection.execute(query).all()
        connection.execute(CHECKPOINT.delete().where(CHECKPOINT.c.id == middle.id))
    fault = checked(app, cast).fault
    assert fault is not None
    assert (fault.kind, fault.position) == ("unsure", middle.position)


def test_verifying_goes_on_where_the_time_was_up(app: Flask, inside, cast: Cast):
    for seed in range(4):
        add_events(cast, 5, seed=seed)
        seal_all(app)
    whole, key, after, steps = checked(app, cast), app.config["PORTAL"].seal_key, 0, 0
    while (report := verify(cast.acme.id, key, after=after, seconds=0)).more:
        assert report.start == after
        assert "So far the trail is whole" in report.sentence
        after, steps = report.sealed, steps + 1
    assert steps > 1
    assert (report.fault, report.sealed, report.link) == (None, whole.sealed, whole.link)


def test_every_tenant_has_a_chain_of_its_own(app: Flask, inside, cast: Cast):
    seal_all(app)
    with reading(), across_tenants("the test looks at every chain"):
        query = select(AuditSeal.tenant_id, func.max(AuditSeal.position), func.count(AuditSeal.id))
        found = db.session.execute(query.group_by(AuditSeal.tenant_id)).all()
    assert {row[0] for row in found} == {cast.house.id, cast.acme.id, cast.bolt.id}
    assert all(row[1] == row[2] for row in found)
