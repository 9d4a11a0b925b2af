"""Accepting invitations: on whose word, for whom, once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tenants.clock import now
from tenants.db import db
from tenants.decisions import can
from tenants.delegation import bestow
from tenants.ending import end
from tenants.grants import Grant
from tenants.invitations import (
    LIFE,
    LONGEST,
    Invitation,
    hold,
    offer_behind,
)
from tenants.inviting import (
    InvitationRefused,
    accept,
    resend,
)
from tenants.offers import grant_by_id
from tenants.people import person_by_email
from tenants.permissions import Permission
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.identity.common import change
from tests.tenants.invitation_scene import accepted, do, invited

DAY = timedelta(days=1)


@both_databases
def test_it_works(inside, app: Flask, cast: Cast):
    until = now() + 3 * DAY
    token = invited(
        cast, f" {cast.bolt_editor.email.upper()} ", reach="account", until=until,
        because="Holiday cover.",
    )  # fmt: skip
    offer = offer_behind(token)
    assert offer is not None
    assert (offer.email, offer.role_name, offer.person_id) == (
        cast.bolt_editor.email, "Editor", cast.bolt_editor.id,
    )  # fmt: skip
    grant = accepted(token, cast.bolt_editor)
    assert (grant.given_by_id, grant.until, grant.reach, grant.because) == (
        cast.admin.id, until, "account", "Holiday cover.",
    )  # fmt: skip
    assert can(as_actor(cast.bolt_editor), Permission.PAGE_EDIT, cast.acme).allowed
    assert not can(as_actor(cast.bolt_editor), Permission.PAGE_EDIT, cast.berlin).allowed
    assert offer_behind(token) is None


@both_databases
def test_the_inviter_is_asked_again_when_it_is_accepted(inside, app: Flask, cast: Cast):
    token = invited(cast, cast.bolt_editor.email, "publisher", cast.berlin_admin, cast.berlin)
    owner = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.id)):
        found = db.session.scalar(select(Grant).where(Grant.person_id == cast.berlin_admin.id))
        second = person_by_email(cast.viewer.email)
        assert found is not None
        assert second is not None
        bestow(second, built_in("account-admin"), cast.berlin, by=TESTS)
        loaded = grant_by_id(found.id)
        assert loaded is not None
        end(loaded, cast.berlin, by=owner)
        db.session.commit()
    with pytest.raises(InvitationRefused, match="may not make anybody Publisher"):
        accepted(token, cast.bolt_editor)
    db.session.rollback()
    assert not as_actor(cast.bolt_editor).is_member(cast.berlin)


@both_databases
def test_an_inviter_who_left_gives_nothing(app: Flask, cast: Cast):
    with app.app_context():
        token = invited(cast, cast.bolt_editor.email)
    change(app, cast, cast.admin, deactivated_at=now())
    with app.app_context(), pytest.raises(InvitationRefused, match="does not work here"):
        accepted(token, cast.bolt_editor)


@both_databases
def test_it_is_for_one_address_only(inside, cast: Cast):
    token = invited(cast, cast.bolt_editor.email)
    with pytest.raises(InvitationRefused, match=cast.bolt_editor.email):
        accepted(token, cast.viewer)


def test_it_lives_a_week_and_can_be_sent_again_after_that(inside, cast: Cast):
    begun: datetime = now()
    with time_machine.travel(begun, tick=False):
        token = invited(cast, cast.bolt_editor.email)
    with time_machine.travel(begun + LIFE - timedelta(seconds=1), tick=False):
        assert offer_behind(token) is not None
    with time_machine.travel(begun + LIFE, tick=False):
        assert offer_behind(token) is None
        assert offer_behind(do(cast, resend)) is not None


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "0" * 75, "f" * (LONGEST + 1)])
def test_what_is_no_token_opens_nothing(inside, token: str):
    assert offer_behind(token) is None


def test_a_token_opens_nothing_at_another_account(inside, cast: Cast):
    token = invited(cast, "new@x.example")
    assert offer_behind(cast.bolt.id.hex + token[32:]) is None
    with acting_in(tenant_scope(cast.bolt.id)):
        assert hold(token, cast.bolt) is None


@both_databases
def test_of_two_who_accept_at_once_one_wins(app: Flask, cast: Cast):
    with app.app_context():
        token = invited(cast, cast.bolt_editor.email)
    ready, results = threading.Barrier(2), []

    def work() -> None:
        with app.app_context():
            by, inviter = as_actor(cast.bolt_editor), as_actor(cast.admin)
            ready.wait()
            with acting_in(tenant_scope(cast.acme.id)):
                row = hold(token, cast.acme)
                if row is not None:
                    accept(row, cast.acme, by=by, inviter=inviter)
                    db.session.commit()
                results.append(row is not None)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        query = select(Grant.id).where(Grant.person_id == cast.bolt_editor.id)
        assert len(list(db.session.scalars(query))) == 1
        assert len(list(db.session.scalars(select(Invitation.id)))) == 1
