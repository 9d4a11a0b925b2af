"""Barring and letting in: tiers, the last owner, and the past as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from portal.identity.credentials import deactivate, reactivate
from tenants.barring import CannotBar, check_managing
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import give
from tenants.directory import actor_for, person_managed, run_by_nobody_else
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.questions import who_can
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import PEOPLE, Cast, Someone, as_actor
from tests.fixtures.pages import TESTS


def change(cast: Cast, act, who: Someone) -> None:
    with acting_in(tenant_scope(cast.house.id)):
        person = db.session.get(Person, who.id)
        act(person, by=TESTS, reason="A reason.")
        db.session.commit()


@both_databases
def test_the_past_stays_what_it_was_after_a_return(inside, cast: Cast):
    start = now()
    moments = {}
    with time_machine.travel(start, tick=False) as clock:
        for name, act in (("before", None), ("away", deactivate), ("back", reactivate),
                          ("away again", deactivate)):  # fmt: skip
            clock.shift(timedelta(hours=1))
            if act:
                change(cast, act, cast.editor)
            clock.shift(timedelta(hours=1))
            moments[name] = now()
        for name, moment in moments.items():
            there = not name.startswith("away")
            assert (actor_for(cast.editor.id, moment) is not None) is there, name
            held = who_can(P.PAGE_EDIT, cast.acme, moment)
            assert (cast.editor.email in {row.email for row in held}) is there, name
        assert actor_for(cast.editor.id) is None


@both_databases
def test_the_last_owner_stays(inside, cast: Cast):
    with pytest.raises(CannotBar, match="last owner"):
        change(cast, deactivate, cast.owner)
    db.session.rollback()
    owner = as_actor(cast.owner)
    with acting_in(tenant_scope(cast.house.id)):
        operator = db.session.get_one(Person, cast.operator.id)
        give(operator, built_in("owner"), cast.house, by=owner)
        db.session.commit()
    change(cast, deactivate, cast.owner)
    with pytest.raises(CannotBar, match="deactivated already"):
        change(cast, deactivate, cast.owner)
    db.session.rollback()
    with pytest.raises(CannotBar, match="last owner"):
        change(cast, deactivate, cast.operator)


TIERS = {
    "operator": {"support", "auditor", "publisher", "editor", "author", "viewer", "berlin_editor",
                 "bolt_editor"},
    "owner": set(PEOPLE) - {"owner"},
}  # fmt: skip


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_only_those_whose_rights_are_fewer_are_managed(inside, cast: Cast, who: str):
    managed = set()
    for name, someone in cast.people.items():
        target = person_managed(someone.id)
        assert target is not None
        try:
            check_managing(target, cast.house, by=as_actor(cast.people[who]))
        except (Denied, CannotBar):
            continue
        managed.add(name)
    assert managed == TIERS.get(who, set())


def test_whoever_is_barred_keeps_his_tier(inside, cast: Cast):
    """An operator cannot let an admin in whom an owner barred."""
    change(cast, deactivate, cast.admin)
    target = person_managed(cast.admin.id)
    assert target is not None
    assert target.holdings
    with pytest.raises(Denied):
        check_managing(target, cast.house, by=as_actor(cast.operator))


def test_accounts_without_another_admin_are_named(inside, cast: Cast):
    assert run_by_nobody_else(as_actor(cast.admin)) == ["Acme"]
    assert run_by_nobody_else(as_actor(cast.editor)) == []
