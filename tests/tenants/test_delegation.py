"""Nobody makes anyone stronger than himself, and no account is left without an admin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tenants import delegation
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied, can
from tenants.delegation import CannotDelegate, bestow, give
from tenants.ending import end
from tenants.events import Event
from tenants.grants import Grant
from tenants.offers import grant_by_id
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Role, built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.pages import TESTS
from tests.tenants.trees import NOW, actor, holding, node

DAY = timedelta(days=1)
some_permissions = st.frozensets(st.sampled_from(list(Permission)), max_size=5)
moments = st.one_of(st.none(), st.integers(1, 4).map(lambda days: NOW + days * DAY))
reaches = st.sampled_from(["subtree", "account"])


@st.composite
def trees(draw: st.DrawFn) -> list[AccountRef]:
    accounts = [node("0")]
    for number in range(draw(st.integers(1, 6))):
        parent = accounts[draw(st.integers(0, len(accounts) - 1))]
        accounts.append(node(str(number + 1), parent))
    return accounts


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[AccountRef], Actor, dict[str, Any]]:
    accounts = draw(trees())
    held = draw(
        st.lists(st.tuples(st.sampled_from(accounts), some_permissions, reaches, moments),
                 min_size=1, max_size=4)
    )  # fmt: skip
    extra = frozenset({Permission.GRANT_GIVE, Permission.STAFF_MANAGE})
    giver = actor(*(holding(a, p | extra, r, u) for a, p, r, u in held))
    ask = {
        "account": draw(st.sampled_from(accounts)), "permissions": draw(some_permissions),
        "reach": draw(reaches), "until": draw(moments),
    }  # fmt: skip
    return accounts, giver, ask


@given(situations())
@settings(max_examples=400)
def test_a_grant_never_holds_more_than_its_giver(situation):
    accounts, giver, ask = situation
    role = Role(key="any", name="Any")
    with (
        mock.patch.object(delegation, "role_permissions", return_value=ask["permissions"]),
        mock.patch.object(delegation, "bestow", return_value="given"),
        mock.patch.object(delegation, "now", return_value=NOW),
    ):
        try:
            give(Person(), role, ask["account"], by=giver, reach=ask["reach"], until=ask["until"])
        except (Denied, CannotDelegate):
            return
    got = holding(ask["account"], ask["permissions"], ask["reach"], ask["until"])
    for days in (0, 1, 2, 3, 4, 50):
        moment = NOW + days * DAY + timedelta(hours=1) if days else NOW
        for account in accounts:
            for permission in at(actor(got), moment, account):
                assert permission in at(giver, moment, account)


def at(who: Actor, moment, account: AccountRef) -> set[str]:
    """What somebody holds at an account at a moment, if nothing is ended before."""
    counting = (h for h in who.holdings if h.until is None or h.until > moment)
    later = replace(who, holdings=tuple(counting))
    return {str(p) for p in Permission if can(later, p, account).allowed}


def given_by(cast: Cast, by: Someone, role: str, account: AccountRef, **how: Any) -> Grant:
    actor = as_actor(by)
    with acting_in(tenant_scope(account.tenant_id)):
        person = db.session.get(Person, cast.bolt_editor.id)
        assert person is not None
        grant = give(person, built_in(role), account, by=actor, **how)
        db.session.commit()
        return grant


@both_databases
def test_an_admin_gives_what_he_holds(inside, cast: Cast):
    given_by(cast, cast.admin, "publisher", cast.mitte, reach="account", because="Holiday cover.")
    actor = as_actor(cast.bolt_editor)
    assert can(actor, Permission.PAGE_PUBLISH, cast.mitte).allowed
    assert not can(actor, Permission.PAGE_PUBLISH, cast.berlin).allowed


@both_databases
@pytest.mark.parametrize(
    ("by", "role", "account"),
    [
        ("editor", "viewer", "acme"),
        ("berlin_admin", "viewer", "acme"),
        ("bolt_admin", "viewer", "acme"),
        ("operator", "publisher", "acme"),
        ("operator", "owner", "house"),
        ("operator", "auditor", "house"),
        ("support", "viewer", "acme"),
        ("auditor", "auditor", "house"),
    ],
)
def test_who_may_not_give(inside, cast: Cast, by: str, role: str, account: str):
    with pytest.raises(Denied):
        given_by(cast, cast.people[by], role, cast.accounts[account])


@both_databases
def test_what_cannot_be_given(inside, cast: Cast):
    with pytest.raises(CannotDelegate, match="future"):
        given_by(cast, cast.admin, "viewer", cast.acme, until=now())
    with pytest.raises(CannotDelegate, match="house only"):
        given_by(cast, cast.owner, "auditor", cast.acme)
    with across_tenants("a role of bolt's"):
        foreign = Role(key="foreign", name="Foreign", tenant_id=cast.bolt.id)
        person = db.session.get(Person, cast.editor.id)
        assert person is not None
        with pytest.raises(CannotDelegate, match="another tenant"):
            give(person, foreign, cast.acme, by=TESTS)


@both_databases
def test_for_a_time_only_gives_for_that_time_only(inside, cast: Cast):
    until = now() + DAY
    with across_tenants("the test makes a passing admin"):
        person = db.session.get(Person, cast.editor.id)
        assert person is not None
        bestow(person, built_in("account-admin"), cast.acme, by=TESTS, until=until)
        db.session.commit()
    with pytest.raises(CannotDelegate, match="until"):
        given_by(cast, cast.editor, "publisher", cast.acme)
    with pytest.raises(CannotDelegate, match="until"):
        given_by(cast, cast.editor, "publisher", cast.acme, until=until + DAY)
    given_by(cast, cast.editor, "publisher", cast.acme, until=until)


def grant_of(person: Someone) -> Grant:
    found = db.session.scalar(select(Grant.id).where(Grant.person_id == person.id))
    assert found is not None
    grant = grant_by_id(found)
    assert grant is not None
    return grant


def end_grant(cast: Cast, by: Someone, whose: Someone, account: AccountRef) -> None:
    actor = as_actor(by)
    with acting_in(tenant_scope(account.tenant_id)):
        end(grant_of(whose), account, by=actor, reason="The test.")
        db.session.commit()


@both_databases
def test_who_may_not_end(inside, cast: Cast):
    for by, whose, account in (
        (cast.editor, cast.viewer, cast.acme),
        (cast.berlin_admin, cast.viewer, cast.acme),
        (cast.operator, cast.owner, cast.house),
        (cast.operator, cast.auditor, cast.house),
        (cast.operator, cast.admin, cast.acme),
    ):
        with pytest.raises(Denied):
            end_grant(cast, by, whose, account)
    end_grant(cast, cast.admin, cast.viewer, cast.acme)
    with pytest.raises(CannotDelegate, match="already"):
        end_grant(cast, cast.admin, cast.viewer, cast.acme)


@both_databases
def test_the_last_admin_stays(inside, cast: Cast):
    with pytest.raises(CannotDelegate, match="last grant"):
        end_grant(cast, cast.admin, cast.admin, cast.acme)
    with pytest.raises(CannotDelegate, match="last grant"):
        end_grant(cast, cast.owner, cast.owner, cast.house)


@both_databases
def test_an_admin_who_cannot_sign_in_or_leaves_soon_does_not_count(inside, cast: Cast):
    with across_tenants("the test makes two more admins"):
        gone = db.session.get(Person, cast.editor.id)
        passing = db.session.get(Person, cast.viewer.id)
        assert gone is not None
        assert passing is not None
        bestow(gone, built_in("account-admin"), cast.acme, by=TESTS)
        bestow(passing, built_in("account-admin"), cast.acme, by=TESTS, until=now() + DAY)
        gone.deactivated_at = now()
        record(
            Event.PERSON_CHANGED, gone, by=TESTS, account_id=cast.acme.id, tenant_id=cast.acme.id
        )
        db.session.commit()
    with pytest.raises(CannotDelegate, match="last grant"):
        end_grant(cast, cast.admin, cast.admin, cast.acme)
