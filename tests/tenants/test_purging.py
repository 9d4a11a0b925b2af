"""Purging: only what no rule keeps, only as the owner, and whatever is done around it is found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select

from portal.jobs.purging import purge_by_rule, purge_tenant
from tenants.audit import AuditEvent
from tenants.chain import Report, verify
from tenants.clock import now
from tenants.db import db
from tenants.engines import reading
from tenants.retention import end_hold, hold_by_id, set_days, start_hold
from tenants.scope import acting_in, tenant_scope
from tenants.seals import AuditCheckpoint, AuditPurge, AuditSeal, link_of
from tests.fixtures.app import app_over, both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.isolation.world import table_of
from tests.tenants.chain_scene import EVENT, SEAL, WAYS, add_events, past_triggers, seal_all

pytestmark = both_databases
PURGE, CHECKPOINT = table_of(AuditPurge), table_of(AuditCheckpoint)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application with the owner's URL beside the web's."""
    owner = database_url.replace("//portal_web@", "//portal_owner@")
    with app_over(database_url, owner_database_url=owner) as made:
        yield made


@pytest.fixture
def old(app: Flask, inside, cast: Cast, database_url: str) -> int:
    """Acme's trail: old events, sealed in several batches, then new ones; how many are old."""
    add_events(cast, 12, seed=5)
    with past_triggers(database_url) as connection:
        mine = EVENT.c.tenant_id == cast.acme.id
        for number, row in enumerate(connection.execute(select(EVENT.c.id).where(mine)).all()):
            at = now() - timedelta(days=100, seconds=-number)
            connection.execute(EVENT.update().where(EVENT.c.id == row.id).values(at=at))
        connection.commit()
    count = seal_all(app)
    for seed in range(3):
        add_events(cast, 3, seed=seed)
        seal_all(app)
    return count


def keep(cast: Cast, days: int | None, account: Any = None) -> None:
    with acting_in(tenant_scope(cast.acme.id)):
        set_days(account or cast.acme, days, by=as_actor(cast.admin), reason="Policy")
        db.session.commit()


def checked(app: Flask, cast: Cast, **words: Any) -> Report:
    return verify(cast.acme.id, app.config["PORTAL"].seal_key, **words)


def count_of(cls: Any, cast: Cast) -> int:
    with reading(), acting_in(tenant_scope(cast.acme.id)):
        return db.session.scalar(select(func.count()).select_from(cls)) or 0


def test_without_a_rule_nothing_goes(app: Flask, old: int, cast: Cast):
    before = count_of(AuditEvent, cast)
    assert purge_by_rule() == 0
    assert count_of(AuditEvent, cast) == before


def test_what_no_rule_keeps_goes_and_the_chain_holds(app: Flask, old: int, cast: Cast):
    keep(cast, 30)
    seal_all(app)
    before = count_of(AuditEvent, cast)
    assert purge_tenant(cast.acme.id, dry_run=True).count
    assert count_of(AuditEvent, cast) == before
    gone = purge_by_rule()
    assert 0 < gone <= old + 5
    assert count_of(AuditEvent, cast) == before - gone + 1
    assert purge_by_rule() == 0
    seal_all(app)
    report = checked(app, cast)
    assert report.fault is None
    assert report.purged is not None
    assert (report.purged.position, report.start) == (gone, gone)
    assert f"{gone:,} older ones were purged by rule" in report.sentence
    with reading(), acting_in(tenant_scope(cast.acme.id)):
        event = db.session.scalar(select(AuditEvent).where(AuditEvent.event == "trail.purged"))
        assert event is not None
        assert event.facts["count"] == gone
        oldest = db.session.scalar(select(func.min(AuditSeal.position)))
    assert oldest == gone + 1


def test_what_is_young_or_kept_longer_below_stays(app: Flask, old: int, cast: Cast):
    keep(cast, 200)
    assert purge_by_rule() == 0
    keep(cast, 30)
    keep(cast, 300, cast.berlin)
    seal_all(app)
    assert purge_by_rule() < old
    with reading(), acting_in(tenant_scope(cast.acme.id)):
        query = select(func.count()).select_from(AuditEvent).where(
            AuditEvent.account_id == cast.berlin.id, AuditEvent.at < now() - timedelta(days=99)
        )  # fmt: skip
        assert db.session.scalar(query)


def test_a_hold_keeps_everything(app: Flask, old: int, cast: Cast):
    keep(cast, 30)
    with acting_in(tenant_scope(cast.acme.id)):
        row = start_hold(cast.berlin, "Case 12", "A dispute", by=as_actor(cast.berlin_admin))
        db.session.commit()
        hold_id = row.id
    done = purge_tenant(cast.acme.id)
    assert (done.count, "Case 12" in done.obstacle) == (0, True)
    admin = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.id)):
        held = hold_by_id(hold_id, cast.berlin)
        assert held is not None
        end_hold(held, cast.berlin, by=admin, reason="Settled")
        db.session.commit()
    assert purge_tenant(cast.acme.id).count


def test_a_chain_that_was_tampered_with_is_not_purged(
    app: Flask, old: int, cast: Cast, database_url: str
):
    keep(cast, 30)
    with past_triggers(database_url) as connection:
        WAYS["change reason"](connection, random.Random(1), seals(connection, cast))  # noqa: S311
        connection.commit()
    done = purge_tenant(cast.acme.id)
    assert done.count == 0
    assert "tampered" in done.obstacle


def test_the_webs_role_cannot_purge(app: Flask, old: int, cast: Cast, database_url: str):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no roles: whoever has the file has everything")
    keep(cast, 30)
    with app_over(database_url) as web, web.app_context():
        done = purge_tenant(cast.acme.id)
        db.session.remove()
    assert (done.count, "owner" in done.obstacle) == (0, True)


def seals(connection: Connection, cast: Cast) -> list[Any]:
    mine = SEAL.select().where(SEAL.c.tenant_id == cast.acme.id)
    return list(connection.execute(mine.order_by(SEAL.c.position)))


Tamper = Callable[[Connection, Cast, dict[str, Any]], None]


def delete_the_record(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    connection.execute(PURGE.delete())


def alter_the_record(column: str, value: Any) -> Tamper:
    def tamper(connection: Connection, _cast: Cast, _kept: dict[str, Any]) -> None:
        connection.execute(PURGE.update().values({column: value}))

    return tamper


def move_the_record_on(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    """Purge further by hand, without the key: the record, the events, the seals."""
    row = seals(connection, cast)[2]
    connection.execute(PURGE.update().values(position=row.position, link=row.link))
    purge_by_hand(connection, cast, row.position)


def purge_by_hand(connection: Connection, cast: Cast, position: int) -> None:
    for row in seals(connection, cast):
        if row.position <= position:
            connection.execute(EVENT.delete().where(EVENT.c.id == row.id))
            connection.execute(SEAL.delete().where(SEAL.c.id == row.id))


def delete_the_first_that_is_left(connection: Connection, cast: Cast, _k: dict[str, Any]) -> None:
    purge_by_hand(connection, cast, seals(connection, cast)[0].position)


def delete_the_first_event(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    connection.execute(EVENT.delete().where(EVENT.c.id == seals(connection, cast)[0].id))


def bring_an_event_back(connection: Connection, _cast: Cast, kept: dict[str, Any]) -> None:
    connection.execute(EVENT.insert(), kept["event"])


def bring_one_back_with_its_seal(connection: Connection, _c: Cast, kept: dict[str, Any]) -> None:
    connection.execute(EVENT.insert(), kept["event"])
    connection.execute(SEAL.insert(), kept["seal"])


def swap_the_first_two(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    one, two = seals(connection, cast)[:2]
    for row, position in ((one, -1), (two, one.position), (one, two.position)):
        connection.execute(SEAL.update().where(SEAL.c.id == row.id).values(position=position))


def start_a_new_chain_at_the_cut(connection: Connection, cast: Cast, _k: dict[str, Any]) -> None:
    link = "a" * 64
    connection.execute(PURGE.update().values(link=link))
    for row in seals(connection, cast):
        link = link_of(row.tenant_id, row.position, row.id, row.digest, link)
        connection.execute(SEAL.update().where(SEAL.c.id == row.id).values(link=link))


AROUND: dict[str, Tamper] = {
    each.__name__: each
    for each in (
        delete_the_record, move_the_record_on, delete_the_first_that_is_left,
        delete_the_first_event, bring_an_event_back, bring_one_back_with_its_seal,
        swap_the_first_two, start_a_new_chain_at_the_cut,
    )
} | {
    f"alter the record's {column}": alter_the_record(column, value)
    for column, value in (
        ("position", 3), ("previous", 1), ("link", "f" * 64), ("signature", "f" * 64),
        ("until", now()), ("at", now()),
    )
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_tampering_around_the_cut_is_found(
    app: Flask, old: int, cast: Cast, database_url: str, name: str
):
    keep(cast, 30)
    seal_all(app)
    with past_triggers(database_url) as connection:
        first = seals(connection, cast)[0]
        event = connection.execute(EVENT.select().where(EVENT.c.id == first.id)).one()
        kept = {"event": dict(event._mapping), "seal": dict(first._mapping)}
    assert purge_tenant(cast.acme.id).count
    assert checked(app, cast).fault is None
    with past_triggers(database_url) as connection:
        AROUND[name](connection, cast, kept)
        connection.commit()
    report = checked(app, cast)
    assert report.fault is not None
    assert "tampered" in report.sentence
