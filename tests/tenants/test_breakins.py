"""Attempts at more than one's right, each of which worked once."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from tenants.bulk import give_many
from tenants.db import db
from tenants.delegation import give
from tenants.directory import account_path
from tenants.moving import move
from tenants.people import person_by_id
from tenants.permissions import Permission as P
from tenants.policing import set_policy
from tenants.quotas import Resource
from tenants.retention import CannotKeep, end_hold, hold_by_id, set_days, start_hold
from tenants.roles import built_in, role_by_id
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.tree import CannotChange
from tests.fixtures.app import both_databases, on_postgres
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.tenants.limit_scene import add_person, limit
from tests.tenants.role_scene import acting, defined
from tests.tenants.tree_scene import at


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_trail_is_not_kept_shorter_than_the_policy_says(cast: Cast):
    with across_tenants("a test sets a policy of the house"):
        set_policy(cast.house, "trail_retention_days", "365", by=TESTS)
        db.session.commit()
    with acting(cast.admin, cast.acme) as by:
        with pytest.raises(CannotKeep, match="365"):
            set_days(cast.acme, 30, by=by)
        set_days(cast.acme, 400, by=by)


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_hold_from_above_is_not_ended_from_below(cast: Cast):
    with acting(cast.admin, cast.berlin) as by:
        hold_id = start_hold(cast.berlin, "Case 12", "About Bea.", by=by).id
    with acting(cast.berlin_admin, cast.berlin) as by:
        row = hold_by_id(hold_id, cast.berlin)
        assert row is not None
        with pytest.raises(CannotKeep):
            end_hold(row, cast.berlin, by=by, reason="Nothing to see.")
    with acting(cast.admin, cast.berlin) as by:
        row = hold_by_id(hold_id, cast.berlin)
        assert row is not None
        end_hold(row, cast.berlin, by=by, reason="Settled.")


@both_databases
@pytest.mark.usefixtures("inside")
def test_one_line_of_many_without_room_leaves_the_others(cast: Cast):
    limit(cast, cast.acme, Resource.PEOPLE, 8)
    ids = [add_person(f"new{n}@acme.example") for n in range(2)]
    with acting(cast.admin, cast.acme) as by:
        people = [person for each in ids if (person := person_by_id(each))]
        told = give_many(people, built_in("viewer"), cast.acme, by=by)
    assert [each.done for each in told] == [True, False]
    assert "8 people" in told[1].sentence


@on_postgres
def test_a_role_of_the_old_place_is_not_given_while_the_account_leaves_it(app: Flask, cast: Cast):
    with app.app_context():
        role_id = defined(cast.berlin_admin, cast.berlin, "Desk", P.ACCOUNT_VIEW)
        giver, mover = as_actor(cast.berlin_admin), as_actor(cast.admin)
        mitte, hamburg = at("acme-berlin-mitte"), at("acme-hamburg")
    problems: list[Exception] = []

    def leave() -> None:
        with app.app_context(), across_tenants("a test moves"):
            try:
                move(mitte, hamburg, by=mover)
                db.session.commit()
            except CannotChange as problem:
                problems.append(problem)
            finally:
                db.session.remove()

    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        person, role = person_by_id(cast.viewer.id), role_by_id(role_id)
        assert person is not None
        assert role is not None
        give(person, role, mitte, by=giver)
        db.session.flush()
        thread = threading.Thread(target=leave)
        thread.start()
        thread.join(3)
        db.session.commit()
        thread.join(20)
    with app.app_context():
        stands = "acme-berlin" in {a.handle for a in account_path("acme-berlin-mitte")}
    assert stands
    assert problems, "the move saw no grant that was being given"
