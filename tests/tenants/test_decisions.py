"""Who may do what, where and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM, Denied, authorize, can, can_any, permissions_at
from tenants.delegation import bestow
from tenants.directory import actor_for, givers
from tenants.grants import Grant
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.tenants.trees import actor, holding, node, permissions_of

# Written out by hand: what each role may do. x = yes.
ROLES = (
    "viewer", "author", "editor", "publisher", "account-admin",
    "auditor", "support", "operator", "owner",
)  # fmt: skip
MATRIX = """
access.view     . . . . x   x x x x
account.close   . . . . x   . . x x
account.edit    . . . . x   . . x x
account.move    . . . . x   . . x x
account.open    . . . . x   . . x x
account.suspend . . . . x   . . x x
account.view    x x x x x   x x x x
console.view    . . . . .   x x x x
content.export  . . . . x   . . . .
content.import  . . . . x   . . . .
freeze.manage   . . . . x   . . x x
grant.end       . . . . x   . . x x
grant.give      . . . . x   . . x x
group.manage    . . . . x   . . . x
media.delete    . . x x x   . . . .
media.edit      . . x x x   . . . .
media.manage    . . . . x   . . . .
media.upload    . x x x x   . . . .
media.view      x x x x x   . . . .
page.create     . x x x x   . . . .
page.edit       . . x x x   . . . .
page.edit_own   . x x x x   . . . .
page.publish    . . . x x   . . . .
page.review     . . . x x   . . . .
page.share      . . x x x   . . . .
page.view       x x x x x   . . . .
person.manage   . . . . .   . . x x
policy.set      . . . . x   . . x x
quota.set       . . . . x   . . x x
role.manage     . . . . x   . . . x
schedule.view   x x x x x   x x x x
staff.manage    . . . . .   . . . x
support.break_glass . . . . .   . . . x
support.consent . . . . x   . . . .
support.open    . . . . .   . x x x
trail.manage    . . . . x   . . . x
trail.view      . . . . x   x x x x
type.manage     . . . . x   . . . .
"""
WRITTEN = {
    words[0]: dict(zip(ROLES, words[1:], strict=True))
    for words in (line.split() for line in MATRIX.strip().splitlines())
}


def test_the_matrix_names_every_permission():
    assert list(WRITTEN) == [str(permission) for permission in P]


@pytest.mark.parametrize("role", ROLES)
def test_the_catalogue_says_what_the_matrix_says(role: str):
    wanted = {name for name, row in WRITTEN.items() if row[role] == "x"}
    assert {str(permission) for permission in permissions_of(role)} == wanted


@both_databases
def test_the_database_says_what_the_matrix_says(inside, cast: Cast):
    for person in cast.people.values():
        account = cast.accounts[person.handle]
        held = {str(permission) for permission in permissions_at(as_actor(person), account)}
        assert held == {name for name, row in WRITTEN.items() if row[person.role] == "x"}


def test_reach():
    house = node("house")
    acme, bolt = node("acme", house), node("bolt", house)
    berlin = node("berlin", acme)
    mitte = node("mitte", berlin)
    everything = frozenset(P)
    for reach, at, reached in (
        ("subtree", acme, {acme, berlin, mitte}),
        ("account", acme, {acme}),
        ("subtree", house, {house, acme, berlin, mitte, bolt}),
        ("account", house, {house}),
        ("subtree", mitte, {mitte}),
    ):
        who = actor(holding(at, everything, reach))
        for account in (house, acme, berlin, mitte, bolt):
            assert can(who, P.PAGE_EDIT, account).allowed is (account in reached)
            assert who.is_member(account) is (account in reached)


def test_a_decision_names_its_proof():
    acme = node("acme", node("house"))
    who = actor(holding(acme, frozenset({P.PAGE_VIEW}), name="Viewer"))
    yes = can(who, P.PAGE_VIEW, acme)
    assert yes.sentence.startswith("Viewer at acme, given on 28 February 2026 by somebody")
    no = can(who, P.PAGE_EDIT, acme)
    assert "lacks the right" in no.sentence
    assert "page.edit" in no.sentence
    with pytest.raises(Denied) as refusal:
        authorize(who, P.PAGE_EDIT, acme)
    assert refusal.value.decision == no
    assert can_any(who, (P.PAGE_EDIT, P.PAGE_VIEW), acme).allowed
    assert can_any(who, (P.PAGE_EDIT, P.PAGE_PUBLISH), acme).permission is P.PAGE_EDIT


def test_the_portal_itself_holds_what_is_named_and_no_more():
    acme = node("acme", node("house"))
    assert permissions_at(SYSTEM, acme) == {P.PAGE_PUBLISH, P.ACCOUNT_OPEN}
    assert not can(SYSTEM, P.GRANT_GIVE, acme).allowed
    assert not can(actor(), P.ACCOUNT_VIEW, acme).allowed


def give_for_a_day(cast: Cast) -> Grant:
    with acting_in(tenant_scope(cast.acme.id)):
        person = db.session.get(Person, cast.bolt_editor.id)
        assert person is not None
        until = now() + timedelta(days=1)
        grant = bestow(person, built_in("viewer"), cast.acme, by=TESTS, until=until)
        db.session.commit()
        return grant


def reaches(cast: Cast, account: AccountRef, at) -> bool:
    found = actor_for(cast.bolt_editor.id, at)
    return found is not None and found.is_member(account)


@both_databases
def test_a_grant_counts_from_its_first_instant_until_before_its_last(inside, cast: Cast):
    grant = give_for_a_day(cast)
    tick = timedelta(microseconds=1)
    assert grant.until is not None
    assert not reaches(cast, cast.acme, grant.since - tick)
    assert reaches(cast, cast.acme, grant.since)
    assert reaches(cast, cast.acme, grant.until - tick)
    assert not reaches(cast, cast.acme, grant.until)
    for moment in (grant.since - tick, grant.since, grant.until - tick, grant.until):
        assert grant.counts(moment) is reaches(cast, cast.acme, moment)


@both_databases
def test_the_past_answers_as_it_did(inside, cast: Cast):
    grant = give_for_a_day(cast)
    before = actor_for(cast.bolt_editor.id, grant.since)
    with acting_in(tenant_scope(cast.acme.id)):
        row = db.session.scalar(select(Grant).where(Grant.id == grant.id))
        assert row is not None
        ended = row.ended_at = grant.since + timedelta(hours=1)
        from tenants.audit import record
        from tenants.events import Event

        record(Event.GRANT_ENDED, row, by=TESTS, person="x", role="Viewer")
        db.session.commit()
    assert actor_for(cast.bolt_editor.id, grant.since) == before
    assert reaches(cast, cast.acme, ended - timedelta(microseconds=1))
    assert not reaches(cast, cast.acme, ended)


@both_databases
def test_a_deactivated_person_is_nobody(inside, cast: Cast):
    from tenants.audit import record
    from tenants.events import Event

    with across_tenants("the test sends somebody away"):
        person = db.session.get(Person, cast.editor.id)
        assert person is not None
        person.deactivated_at = now()
        record(
            Event.PERSON_CHANGED, person, by=TESTS, account_id=cast.acme.id,
            tenant_id=cast.acme.id,
        )  # fmt: skip
        db.session.commit()
    assert actor_for(cast.editor.id) is None


@both_databases
def test_the_nearest_who_can_give_a_right_are_named_first(inside, cast: Cast):
    found = [giver.email for giver in givers(P.PAGE_PUBLISH, cast.berlin)]
    assert found == [cast.berlin_admin.email, cast.admin.email]
    assert [giver.email for giver in givers(P.PAGE_PUBLISH, cast.bolt)] == [cast.bolt_admin.email]
    assert givers(P.PAGE_PUBLISH, cast.house) == []
