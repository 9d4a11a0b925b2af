"""Sending invitations: who may, sending again, taking back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import CannotDelegate, bestow
from tenants.invitations import (
    hold,
    offer_behind,
    open_invitations,
)
from tenants.inviting import (
    MOST_RESENT,
    CannotInvite,
    resend,
    revoke,
)
from tenants.people import BadEmail, person_by_email
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.identity.common import events
from tests.tenants.invitation_scene import accepted, do, invited

DAY = timedelta(days=1)


@both_databases
def test_it_is_recorded(app: Flask, cast: Cast):
    with app.app_context():
        invited(cast, "new@acme.example")
        token = do(cast, resend)
        with acting_in(tenant_scope(cast.acme.id)):
            row = hold(token, cast.acme)
            assert row is not None
            assert token not in (row.token_hash, row.label)
        do(cast, revoke)
        accepted(invited(cast, cast.bolt_editor.email), cast.bolt_editor)
    names = [f"invitation.{verb}" for verb in ("sent", "resent", "revoked", "accepted")]
    told = events(app, *names)
    assert [e.event for e in told] == [names[0], names[1], names[2], names[0], names[3]]
    assert {e.account_id for e in told} == {cast.acme.id}
    assert told[0].sentence == "invited new@acme.example to be Editor"
    assert told[1].changes["token_hash"] == ["<hidden>", "<hidden>"]
    assert told[4].actor_id == cast.bolt_editor.id
    (given,) = [e for e in events(app, "grant.given") if e.actor_id == cast.admin.id]
    assert given.facts["person"] == cast.bolt_editor.email


@both_databases
@pytest.mark.parametrize(
    ("by", "role", "account"),
    [
        ("editor", "viewer", "acme"),
        ("berlin_admin", "viewer", "acme"),
        ("bolt_admin", "viewer", "acme"),
        ("operator", "publisher", "acme"),
        ("operator", "auditor", "house"),
        ("admin", "auditor", "acme"),
        ("auditor", "auditor", "house"),
    ],
)
def test_who_may_not_invite(inside, cast: Cast, by: str, role: str, account: str):
    with pytest.raises(Denied):
        invited(cast, "new@x.example", role, cast.people[by], cast.accounts[account])


@both_databases
def test_staff_is_invited_at_the_house_by_its_owner(inside, cast: Cast):
    with pytest.raises(CannotDelegate, match="house only"):
        invited(cast, "new@x.example", "auditor", cast.owner, cast.acme)
    token = invited(cast, cast.viewer.email, "auditor", cast.owner, cast.house)
    accepted(token, cast.viewer)
    assert as_actor(cast.viewer).is_staff


@both_databases
def test_a_passing_admin_invites_for_his_own_time_only(inside, cast: Cast):
    until = now() + DAY
    with acting_in(tenant_scope(cast.acme.id)):
        person = person_by_email(cast.editor.email)
        assert person is not None
        bestow(person, built_in("account-admin"), cast.acme, by=TESTS, until=until)
        db.session.commit()
    for longer in (None, until + DAY):
        with pytest.raises(CannotDelegate, match="ends on"):
            invited(cast, "new@x.example", "publisher", cast.editor, until=longer)
    invited(cast, "new@x.example", "publisher", cast.editor, until=until)


def test_what_cannot_be_asked(inside, cast: Cast):
    with pytest.raises(CannotDelegate, match="future"):
        invited(cast, "new@x.example", until=now())
    with pytest.raises(BadEmail):
        invited(cast, "nobody")
    invited(cast, "new@x.example")
    with pytest.raises(CannotInvite, match="already"):
        invited(cast, "NEW@x.example")
    invited(cast, "new@x.example", "viewer")


@both_databases
def test_sending_it_again_kills_the_old_link(inside, cast: Cast):
    old = invited(cast, cast.bolt_editor.email)
    new = do(cast, resend)
    assert offer_behind(old) is None
    accepted(new, cast.bolt_editor)


def test_it_then_stands_on_the_word_of_who_sent_it_last(inside, cast: Cast):
    invited(cast, cast.bolt_editor.email, "viewer")
    with acting_in(tenant_scope(cast.acme.id)):
        person = person_by_email(cast.editor.email)
        assert person is not None
        bestow(person, built_in("account-admin"), cast.acme, by=TESTS)
        db.session.commit()
    token = do(cast, resend, cast.editor)
    assert accepted(token, cast.bolt_editor).given_by_id == cast.editor.id


@pytest.mark.parametrize("action", [resend, revoke])
def test_the_weaker_do_not_touch_it(inside, cast: Cast, action: Any):
    invited(cast, "new@x.example", "publisher")
    with pytest.raises(Denied):
        do(cast, action, cast.operator)


def test_it_is_not_sent_without_end(inside, cast: Cast):
    invited(cast, "new@x.example")
    for _ in range(MOST_RESENT):
        do(cast, resend)
    with pytest.raises(CannotInvite, match="6 times"):
        do(cast, resend)


@both_databases
def test_revoked_is_revoked(inside, cast: Cast):
    token = invited(cast, cast.bolt_editor.email)
    do(cast, revoke)
    assert offer_behind(token) is None
    with acting_in(tenant_scope(cast.acme.id)):
        assert open_invitations(cast.acme) == []
