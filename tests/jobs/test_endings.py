"""The end of a grant is announced once, to whom it concerns, while there is time."""

from __future__ import annotations

import threading
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.jobs import endings
from portal.jobs.endings import announce_endings
from tenants.clock import now
from tenants.db import db
from tenants.delegation import give
from tenants.ending import end
from tenants.grouping import remove_member
from tenants.notices import grants_ending
from tenants.offers import grant_by_id
from tenants.people import Person
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases, on_postgres
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.identity.common import change, mails
from tests.tenants.role_scene import acting, group, held, made, member

DAY = timedelta(days=1)


def given(app: Flask, cast: Cast, days: float):
    """Give the viewer a second role for some days; return the grant's id."""
    with app.app_context():
        by = as_actor(cast.admin)
        with acting_in(tenant_scope(cast.acme.id)):
            person = db.session.get_one(Person, cast.viewer.id)
            until = now() + days * DAY
            grant = give(person, built_in("author"), cast.acme, by=by, until=until)
            db.session.commit()
            return grant.id


def announced(app: Flask) -> int:
    with app.app_context():
        return announce_endings()


@both_databases
def test_both_are_told_once(app: Flask, client: FlaskClient, cast: Cast):
    given(app, cast, 30)
    assert announced(app) == 0
    with time_machine.travel(now() + 24 * DAY):
        assert announced(app) == 1
        assert announced(app) == 0
        person, giver = mails(app)
        assert (person.recipient, giver.recipient) == (cast.viewer.email, cast.admin.email)
        assert "Author at Acme" in person.subject
        link = giver.text.split("http://localhost")[1].split()[0]
        sign_in(client, cast.admin)
        assert "ends in" in client.get("/a/acme/people/").text
        form = client.get(link).text
        assert f'<option selected value="{cast.viewer.id}">' in form


def test_what_ended_meanwhile_or_was_short_needs_no_notice(app: Flask, cast: Cast):
    given(app, cast, 6)
    gone = given(app, cast, 30)
    with app.app_context():
        by = as_actor(cast.admin)
        with acting_in(tenant_scope(cast.acme.id)):
            grant = grant_by_id(gone)
            assert grant is not None
            end(grant, cast.acme, by=by)
            db.session.commit()
    with time_machine.travel(now() + 5 * DAY):
        assert announced(app) == 0
    with time_machine.travel(now() + 24 * DAY):
        assert announced(app) == 0
    assert mails(app) == []


def test_a_giver_who_is_gone_is_not_written_to(app: Flask, cast: Cast):
    given(app, cast, 30)
    change(app, cast, cast.admin, deactivated_at=now())
    with time_machine.travel(now() + 24 * DAY):
        assert announced(app) == 1
    (mail,) = mails(app)
    assert mail.recipient == cast.viewer.email
    assert "the people who run the account" in mail.text


@on_postgres
def test_two_at_once_tell_once(app: Flask, cast: Cast, monkeypatch):
    given(app, cast, 30)
    ready = threading.Barrier(2)

    def both_see_it():
        found = grants_ending()
        ready.wait(10)
        return found

    monkeypatch.setattr(endings, "grants_ending", both_see_it)
    told: list[int] = []
    with time_machine.travel(now() + 24 * DAY):
        threads = [threading.Thread(target=lambda: told.append(announced(app))) for _ in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(told) == [0, 1]
    assert len(mails(app)) == 2


def test_everybody_in_a_group_is_told(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer, cast.author, cast.editor)
        held(desk, "publisher", cast.berlin, until=now() + 30 * DAY)
        with acting(cast.admin, cast.acme) as by:
            remove_member(member(desk, cast.editor), group(desk), cast.acme, by=by)
    change(app, cast, cast.author, deactivated_at=now())
    with time_machine.travel(now() + 24 * DAY):
        assert announced(app) == 1
        assert announced(app) == 0
    told, *rest = mails(app)
    assert told.recipient == cast.viewer.email
    assert "through the group Desk" in told.text
    assert [each.recipient for each in rest] in ([], [cast.admin.email])


def test_whoever_gave_it_to_a_group_is_led_back(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
        with acting(cast.admin, cast.acme) as by:
            until = now() + 30 * DAY
            give(group(desk), built_in("author"), cast.acme, by=by, until=until)
    with time_machine.travel(now() + 24 * DAY):
        assert announced(app) == 1
        _, giver = mails(app)
        assert "the group Desk is Author at Acme" in giver.subject
        link = giver.text.split("http://localhost")[1].split()[0]
        form = sign_in(client, cast.admin).get(link).text
        assert f'<option selected value="{desk}">' in form
