"""Why, who and since when: the answer is the one the live system gives, or gave."""

import random
from datetime import datetime, timedelta

import pytest
import time_machine

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import can
from tenants.delegation import give
from tenants.directory import actor_for
from tenants.ending import end
from tenants.offers import grant_by_id
from tenants.people import person_by_id
from tenants.permissions import Permission as P
from tenants.questions import changes_for, explain, holders, reached_by, who_can
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor

pytestmark = pytest.mark.usefixtures("inside")
ROLES = ("viewer", "author", "editor", "publisher")


@both_databases
def test_yes_comes_with_the_grant_and_the_roles(cast: Cast) -> None:
    answer = explain(cast.publisher.id, P.PAGE_EDIT, cast.mitte)
    assert answer is not None
    decision = answer.decision
    assert (decision.allowed, decision.through) == (True, ("Publisher", "Editor"))
    assert decision.holding is not None
    assert decision.holding.account_handle == "acme"
    assert answer.givers == []


def test_no_comes_with_what_is_missing_and_who_could_give_it(cast: Cast) -> None:
    answer = explain(cast.editor.id, P.PAGE_PUBLISH, cast.acme)
    assert answer is not None
    assert not answer.decision.allowed
    assert (cast.admin.name, cast.admin.email) in answer.givers


def test_who_can_names_just_those_who_can(cast: Cast) -> None:
    for account in (cast.acme, cast.mitte, cast.bolt, cast.house):
        for permission in P:
            named = {row.email for row in who_can(permission, account)}
            able = {
                person.email
                for person in cast.people.values()
                if can(as_actor(person), permission, account).allowed
            }
            assert named == able, (account.handle, permission)


@both_databases
def test_those_to_choose_from_are_the_holders(cast: Cast) -> None:
    admin = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = person_by_id(cast.viewer.id)
        assert row is not None
        give(row, built_in("editor"), cast.acme, by=admin)
        db.session.commit()
    for account in cast.accounts.values():
        for at in (None, now() - timedelta(days=1), now() + timedelta(days=400)):
            named = [(row.person_id, row.name, row.email) for row in holders(account, at)]
            assert reached_by(account, at) == list(dict.fromkeys(named)), (account.handle, at)
    assert len(reached_by(cast.acme)) < len(holders(cast.acme)), "nobody holds two grants"


def test_neighbours_are_not_among_the_holders(cast: Cast) -> None:
    emails = {row.email for row in holders(cast.acme)}
    assert cast.viewer.email in emails
    assert not emails & {cast.bolt_admin.email, cast.bolt_editor.email, cast.berlin_admin.email}


def change(cast: Cast, person: Someone, account: AccountRef, dice: random.Random) -> None:
    """Give the person a role at an account, or end one of those he has there."""
    admin = as_actor(cast.admin)
    held = [h for h in as_actor(person).holdings if h.account_id == account.id]
    with acting_in(tenant_scope(account.tenant_id)):
        if held and dice.random() < 0.5:
            grant = grant_by_id(dice.choice(held).grant_id)
            assert grant is not None
            end(grant, account, by=admin)
        else:
            row = person_by_id(person.id)
            assert row is not None
            until = now() + timedelta(hours=dice.randint(1, 30)) if dice.random() < 0.5 else None
            give(row, built_in(dice.choice(ROLES)), account, by=admin, until=until)
        db.session.commit()


@both_databases
def test_the_past_is_answered_as_it_was(cast: Cast) -> None:
    dice = random.Random(20261121)  # noqa: S311 - a fixed seed, to see the same run again
    people = (cast.viewer, cast.author, cast.berlin_editor)
    accounts = (cast.acme, cast.berlin, cast.mitte)
    asked: list[tuple[datetime, Someone, P, AccountRef, bool]] = []
    start = now() + timedelta(hours=1)
    for hour in range(40):
        with time_machine.travel(start + timedelta(hours=hour), tick=False):
            change(cast, dice.choice(people), dice.choice(accounts), dice)
        later = start + timedelta(hours=hour, minutes=dice.randint(1, 59))
        with time_machine.travel(later, tick=False):
            for person in people:
                actor = actor_for(person.id)
                assert actor is not None
                for permission in (P.PAGE_VIEW, P.PAGE_EDIT, P.PAGE_PUBLISH):
                    account = dice.choice(accounts)
                    live = can(actor, permission, account).allowed
                    asked.append((later, person, permission, account, live))
    assert {answer for *_, answer in asked} == {True, False}
    for moment, person, permission, account, live in asked:
        answer = explain(person.id, permission, account, moment)
        assert answer is not None
        assert answer.decision.allowed == live, (moment, person.email, permission, account.handle)


def test_what_changed_for_a_person_is_told_in_order(cast: Cast) -> None:
    admin, before = as_actor(cast.admin), now()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = person_by_id(cast.viewer.id)
        assert row is not None
        grant = give(row, built_in("editor"), cast.acme, by=admin, because="Holiday cover")
        db.session.commit()
        again = grant_by_id(grant.id)
        assert again is not None
        end(again, cast.acme, by=admin, reason="Back again")
        db.session.commit()
    steps = changes_for(cast.viewer.id, before, now())
    assert [(s.what, s.role_name, s.because) for s in steps] == [
        ("given", "Editor", "Holiday cover"), ("ended", "Editor", "Back again"),
    ]  # fmt: skip
