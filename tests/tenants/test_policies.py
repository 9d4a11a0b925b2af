"""Policies in the database: who sets them, what they come to, and what already keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import CannotDelegate, bestow
from tenants.directory import scope_of
from tenants.ending import end
from tenants.grants import Grant
from tenants.offers import grant_by_id
from tenants.people import Person
from tenants.policies import (
    Policy,
    effective,
    fewest_admins,
    own_policies,
    session_limits,
)
from tenants.policing import TooLoose, clear_policy, set_policy
from tenants.roles import built_in
from tenants.scope import CrossTenant, across_tenants, acting_in, directory, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS

pytestmark = [both_databases, pytest.mark.usefixtures("inside")]


def put(account: AccountRef, key: str, text: str) -> None:
    """Set a policy, committed."""
    with across_tenants("policies of tests"):
        set_policy(account, key, text, by=TESTS)
        db.session.commit()


def test_what_is_set_above_holds_below_and_names_who_set_it(cast: Cast):
    put(cast.house, "trail_retention_days", "90")
    put(cast.acme, "fewest_admins", "2")
    put(cast.berlin, "trail_retention_days", "365")
    by = as_actor(cast.berlin_editor)
    with acting_in(scope_of(by, cast.mitte)):
        held = effective(cast.mitte)
        assert held["fewest_admins"].value == 2
        assert [s.account_name for s in held["fewest_admins"].sources] == ["Acme"]
        assert held["trail_retention_days"].words == "at least 365 days"
        assert held["second_factor"].value is False
        assert held["second_factor"].sources == ()
        hamburg = effective(cast.hamburg)["trail_retention_days"]
        assert (hamburg.value, hamburg.sources[0].account_name) == (90, "the house")
    with acting_in(tenant_scope(cast.bolt.id)):
        assert effective(cast.bolt)["trail_retention_days"].value == 90
        assert effective(cast.bolt)["fewest_admins"].value == 1


def test_what_is_looser_is_refused_with_the_ancestor_and_its_value(cast: Cast):
    put(cast.acme, "session_idle_minutes", "60")
    by = as_actor(cast.berlin_admin)
    with acting_in(scope_of(by, cast.berlin)):
        with pytest.raises(TooLoose, match="Acme set “Session unused” to at most 60 minutes"):
            set_policy(cast.berlin, "session_idle_minutes", "90", by=by)
        assert set_policy(cast.berlin, "session_idle_minutes", "30", by=by)
        assert effective(cast.mitte)["session_idle_minutes"].value == 30


def test_an_ancestor_that_tightens_later_is_followed_at_once(cast: Cast):
    put(cast.berlin, "upload_types", "image/png, image/jpeg")
    put(cast.acme, "upload_types", "image/png, image/gif")
    with acting_in(tenant_scope(cast.acme.id)):
        held = effective(cast.mitte)["upload_types"]
    assert held.value == ["image/png"]
    assert [s.account_name for s in held.sources] == ["Acme", "Acme Berlin"]


def test_an_account_that_stands_elsewhere_follows_other_policies(cast: Cast):
    put(cast.berlin, "review_steps", "2")
    put(cast.hamburg, "review_steps", "1")
    elsewhere = replace(
        cast.mitte, parent_id=cast.hamburg.id, path=(*cast.hamburg.path, cast.mitte.id)
    )
    with acting_in(tenant_scope(cast.acme.id)):
        assert effective(cast.mitte)["review_steps"].value == 2
        assert effective(elsewhere)["review_steps"].value == 1


def test_the_past_is_kept(cast: Cast):
    put(cast.acme, "review_steps", "1")
    then = now()
    put(cast.acme, "review_steps", "3")
    with acting_in(tenant_scope(cast.acme.id)):
        assert clear_policy(cast.acme, "review_steps", by=TESTS)
        db.session.commit()
        assert not clear_policy(cast.acme, "review_steps", by=TESTS)
        assert effective(cast.acme)["review_steps"].value == 0
        assert effective(cast.acme, then)["review_steps"].value == 1
        assert [row.value for row in own_policies(cast.acme)] == [3, 1]
        told = db.session.scalars(
            select(AuditEvent).where(AuditEvent.event.like("policy.%")).order_by(AuditEvent.at)
        ).all()
    assert [row.event for row in told] == ["policy.set", "policy.set", "policy.cleared"]
    assert told[1].changes == {"review_steps": ["at least 1 step", "at least 3 steps"]}
    assert told[2].sentence.startswith("cleared the policy “Review steps” of Acme, which was")


def test_setting_needs_the_right_there(cast: Cast):
    by = as_actor(cast.publisher)
    with acting_in(scope_of(by, cast.acme)):
        with pytest.raises(Denied):
            set_policy(cast.acme, "review_steps", "1", by=by)
        with pytest.raises(Denied):
            clear_policy(cast.acme, "review_steps", by=by)
    admin = as_actor(cast.berlin_admin)
    with acting_in(scope_of(admin, cast.berlin)), pytest.raises(Denied):
        set_policy(cast.acme, "review_steps", "1", by=admin)


def test_the_houses_policies_are_read_by_all_and_written_across_tenants_only(cast: Cast):
    put(cast.house, "second_factor", "on")
    with acting_in(tenant_scope(cast.bolt.id)):
        row = db.session.scalars(select(Policy)).one()
        assert row.tenant_id is None
        row.ended_at = now()
        with pytest.raises(CrossTenant):
            db.session.flush()
        db.session.rollback()
    with acting_in(tenant_scope(cast.house.id)):
        set_policy(cast.house, "review_steps", "1", by=TESTS)
        with pytest.raises(CrossTenant):
            db.session.flush()


def test_the_fewest_admins_of_the_policy_stay(cast: Cast):
    with across_tenants("a second admin"):
        person = db.session.get(Person, cast.editor.id)
        assert person is not None
        second = bestow(person, built_in("account-admin"), cast.acme, by=TESTS).id
        db.session.commit()
    put(cast.house, "fewest_admins", "2")
    admin = as_actor(cast.admin)
    with acting_in(scope_of(admin, cast.acme)):
        assert fewest_admins(cast.acme) == 2
        grant = grant_by_id(second)
        assert grant is not None
        with pytest.raises(CannotDelegate, match="At least 2 people"):
            end(grant, cast.acme, by=admin)
        db.session.rollback()
    with across_tenants("cleared"):
        clear_policy(cast.house, "fewest_admins", by=TESTS)
        db.session.commit()
    with acting_in(scope_of(admin, cast.acme)):
        grant = grant_by_id(second)
        assert grant is not None
        end(grant, cast.acme, by=admin)
        assert db.session.scalar(select(Grant.ended_at).where(Grant.id == second))


def test_session_limits_are_the_tightest_of_everywhere_one_works(cast: Cast):
    put(cast.acme, "session_idle_minutes", "60")
    put(cast.bolt, "session_idle_minutes", "20")
    put(cast.house, "session_total_hours", "12")
    with directory():
        assert session_limits([cast.berlin.id, cast.bolt.id]) == (
            timedelta(minutes=20), timedelta(hours=12),
        )  # fmt: skip
        assert session_limits([cast.house.id]) == (None, timedelta(hours=12))
        assert session_limits([]) == (None, None)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*args: object) -> None:
        sent.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_all_policies_of_a_path_take_one_statement(app: Flask, cast: Cast):
    put(cast.acme, "review_steps", "1")
    put(cast.berlin, "review_steps", "2")
    with acting_in(tenant_scope(cast.acme.id)):
        db.session.connection()
        with counted(app) as sent:
            effective(cast.mitte)
    assert len(sent) == 1
