"""Closing an account: halted at once, kept for thirty days, then erased with a certificate."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from portal.content.content_types import ContentField, ContentType
from portal.content.erasing import ERASED, KEPT, erase, inventory, name_of
from portal.content.freezes import Freeze
from portal.content.page_templates import PageTemplate
from portal.content.pages import Revision
from portal.jobs import erasing
from portal.jobs.erasing import erase_closed
from tenants.accounts import Account, AccountState
from tenants.audit import AuditEvent, Unrecorded
from tenants.certificates import ClosingCertificate, certificate_of
from tenants.clock import now
from tenants.closing import GRACE, ask_close, undo_close
from tenants.db import db
from tenants.decisions import Denied
from tenants.effects import effects_of
from tenants.grants import grants_at
from tenants.quotas import Quota
from tenants.scope import across_tenants
from tenants.suspending import suspend
from tenants.tree import CannotChange
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.isolation.world import scoped_classes, table_of, world_behind
from tests.tenants.real_effects import as_told, difference, everybodys_rights, the_tree
from tests.tenants.tree_scene import at, in_tree, the_tree_is_sound

AFTER = GRACE + timedelta(minutes=1)


def left(cast: Cast, *names: str) -> int:
    with across_tenants("a test counts"):
        return sum(sum(inventory(cast.accounts[name].id).values()) for name in names)


def test_every_tenant_table_is_erased_or_kept_with_a_reason():
    tables = {table_of(cls).name for cls in scoped_classes()}
    erased = {name_of(cls) for cls in ERASED}
    assert erased | KEPT.keys() == tables
    assert not erased & KEPT.keys()
    assert all(len(reason) > 10 for reason in KEPT.values())


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_closed_account_is_erased_after_the_days_of_grace(cast: Cast):
    admin = as_actor(cast.admin)
    in_tree(ask_close, cast.berlin, by=admin, reason="Sold.")
    assert at("acme-berlin-mitte").halted
    assert erase_closed() == 0
    assert left(cast, "acme-berlin") > 0
    elsewhere = left(cast, "acme", "acme-hamburg", "bolt", "house")
    with time_machine.travel(now() + AFTER, tick=True):
        assert erase_closed() == 2
        assert erase_closed() == 0
    assert left(cast, "acme-berlin", "acme-berlin-mitte") == 0
    assert left(cast, "acme", "acme-hamburg", "bolt", "house") == elsewhere
    assert [at(h).state for h in ("acme-berlin", "acme-berlin-mitte")] == ["closed", "closed"]
    with across_tenants("a test reads"):
        assert grants_at((cast.berlin.id,), now() + AFTER + timedelta(hours=1)) == []
        found = certificate_of(cast.berlin.id)
        assert found is not None
        facts = found.facts()
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert found.digest == hashlib.sha256(text.encode()).hexdigest()
        assert (facts["asked_by"], facts["reason"]) == (cast.admin.email, "Sold.")
        assert {a["handle"] for a in facts["accounts"]} == {"acme-berlin", "acme-berlin-mitte"}
        assert facts["erased"]["page"] == 6
        told = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "account.certified"))
        assert [event.facts["digest"] for event in told] == [found.digest]
    the_tree_is_sound()


@both_databases
@pytest.mark.usefixtures("inside")
def test_rows_of_every_kind_go_and_the_others_stay(cast: Cast, database_url: str, app: Flask):
    with world_behind(database_url) as world:
        states, certificates = table_of(AccountState), table_of(ClosingCertificate)
        with world.engine.begin() as connection:  # what no real life has: two states at once
            made_up = states.c.state.not_in(("open", "suspended", "closing", "closed"))
            connection.execute(states.update().where(made_up).values(ended_at=states.c.since))
            connection.execute(certificates.delete())
        before = {cls: {r.key for r in world.rows(cls)} for cls in scoped_classes()}
        at: dict[type, dict[Any, Any]] = {}  # seen in the whole tenant, and yet of one account
        with world.engine.connect() as connection:
            for wide in (Quota, ContentType, ContentField, PageTemplate, Freeze):
                of = table_of(wide)
                places = connection.execute(select(of.c.id, of.c.account_id))
                at[wide] = {(key,): account_id for key, account_id in places}
        gone_at = world.below[cast.berlin.id]
        in_tree(ask_close, cast.berlin, by=as_actor(cast.admin), reason="Sold.")
        with time_machine.travel(now() + AFTER, tick=True):
            assert erase_closed() == 2
        with world.engine.connect() as connection:
            for cls in scoped_classes():
                table = table_of(cls)
                rows = connection.execute(select(*table.primary_key.columns)).all()
                keys = {tuple(row) for row in rows}
                went = before[cls] - keys
                expected = {
                    r.key for r in world.rows(cls)
                    if (at[cls][r.key] if cls in at else r.account_id) in gone_at
                }  # fmt: skip
                if table.name == "audit_waiting":
                    continue
                assert went == (expected if cls in ERASED else set()), table.name


@both_databases
@pytest.mark.usefixtures("inside")
def test_killed_half_way_it_goes_on_where_it_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    in_tree(ask_close, cast.berlin, by=as_actor(cast.admin), reason="Sold.")
    real, calls = erase, []

    def dies(*words: object) -> None:
        calls.append(words)
        real(*words)  # type: ignore[arg-type]
        if len(calls) in {1, 3}:
            raise SystemExit("killed")

    monkeypatch.setattr(erasing, "erase", dies)
    with time_machine.travel(now() + AFTER, tick=True):
        for _ in range(2):
            with pytest.raises(SystemExit):
                erase_closed()
            db.session.remove()
        assert at("acme-berlin").state == "closing"
        with pytest.raises(CannotChange, match="has begun"):
            in_tree(undo_close, cast.berlin, by=as_actor(cast.admin))
        assert erase_closed() == 1
    with across_tenants("a test reads"):
        found = certificate_of(cast.berlin.id)
        assert found is not None
        assert found.counts["page"] == 6
        assert [a["handle"] for a in found.accounts] == ["acme-berlin-mitte", "acme-berlin"]


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_closing_taken_back_leaves_everything_as_it_was(cast: Cast):
    admin = as_actor(cast.admin)
    in_tree(suspend, cast.berlin, by=admin, reason="Late.")
    in_tree(ask_close, cast.berlin, by=admin, reason="Sold.")
    in_tree(undo_close, cast.berlin, by=admin)
    assert at("acme-berlin").state == "suspended"
    in_tree(ask_close, cast.hamburg, by=admin, reason="Sold.")
    in_tree(undo_close, cast.hamburg, by=admin)
    assert at("acme-hamburg").state == "open"
    with time_machine.travel(now() + AFTER, tick=True):
        assert erase_closed() == 0
    the_tree_is_sound()


@pytest.mark.usefixtures("inside")
def test_who_may_close_and_what_cannot_be_closed(cast: Cast):
    for who in (cast.editor, cast.berlin_admin, cast.bolt_admin, cast.support):
        with pytest.raises(Denied):
            in_tree(ask_close, cast.berlin, by=as_actor(who), reason="x")
    admin = as_actor(cast.admin)
    for account, by, reason, sentence in (
        (cast.berlin, admin, " ", "Say why"),
        (cast.house, as_actor(cast.owner), "x", "nothing above"),
    ):
        with pytest.raises(CannotChange, match=sentence):
            in_tree(ask_close, account, by=by, reason=reason)
    in_tree(ask_close, cast.berlin, by=admin, reason="x")
    with pytest.raises(CannotChange, match="already"):
        in_tree(ask_close, cast.berlin, by=admin, reason="x")
    with pytest.raises(CannotChange, match="not being closed"):
        in_tree(undo_close, cast.hamburg, by=admin)


@both_databases
@pytest.mark.usefixtures("inside")
def test_what_is_told_of_closing_is_what_it_does(cast: Cast):
    by = as_actor(cast.operator)
    for change in (
        lambda: ask_close(cast.acme, by=by, reason="x"),
        lambda: undo_close(cast.acme, by=by),
    ):
        before = everybodys_rights()
        effects = effects_of(change, cast.acme)
        in_tree(change)
        assert as_told(effects, the_tree()) == difference(before, everybodys_rights())


@both_databases
@pytest.mark.usefixtures("inside")
def test_nothing_of_an_open_account_can_be_erased(cast: Cast):
    with across_tenants("a test tries"):
        row = db.session.get_one(Account, cast.berlin.id)
        event = db.session.scalars(select(AuditEvent)).first()
        assert event is not None
        with pytest.raises(DBAPIError):
            erase(row.id, event)
        db.session.rollback()
        with pytest.raises(Unrecorded):
            erase(row.id, None)  # type: ignore[arg-type]
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(Revision))
