"""Purging: only what no rule keeps, only as the owner, and whatever is done around it is found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.jobs.purging import purge_by_rule, purge_tenant
from tenants.audit import AuditEvent
from tenants.chain import verify
from tenants.clock import now
from tenants.db import db
from tenants.engines import reading
from tenants.findings import Report
from tenants.retention import end_hold, hold_by_id, set_days, start_hold
from tenants.scope import acting_in, tenant_scope
from tenants.seals import AuditSeal
from tests.fixtures.app import app_over, both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.tenants.chain_scene import EVENT, WAYS, add_events, past_triggers, seal_all
from tests.tenants.purge_scene import AROUND, seals

pytestmark = both_databases


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
