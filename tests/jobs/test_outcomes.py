"""People hear how schedules ended: once, who may, and many in one sentence."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.caring import set_care
from portal.content.due import publish_due
from portal.content.pages import page_by_id
from portal.content.schedules import Schedule
from portal.jobs.notifications import mail_notifications
from portal.jobs.outcomes import tell_outcomes
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.ending import end
from tenants.grants import grants_at
from tenants.scope import acting_in, tenant_scope
from tests.content.due_scene import make_due, scheduled
from tests.content.review_scene import told
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.identity.common import mails
from tests.jobs.missed_scene import overdue
from tests.site.scene import statements


def heard_by(cast: Cast, who: Someone) -> list[tuple[str, str]]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        return told(who)


def run(cast: Cast, *titles: str) -> None:
    for title in titles:
        make_due(scheduled(cast, title)[0])
    publish_due()


def lose_rights(cast: Cast, who: Someone) -> None:
    by = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        for grant in grants_at((cast.acme.id,), now()):
            if grant.person_id == who.id:
                end(grant, cast.acme, by=by)
        db.session.commit()


@both_databases
@pytest.mark.usefixtures("inside")
def test_the_approver_and_the_owner_hear_of_a_page_that_went_live(app: Flask, cast: Cast):
    row, page = scheduled(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = page_by_id(page.id, cast.acme.id)
        assert found is not None
        set_care(found, cast.acme, (cast.editor.id, "Edda Editor"), None, by=TESTS)
        db.session.commit()
    make_due(row)
    publish_due()
    assert (tell_outcomes(), tell_outcomes()) == (2, 0)
    for who in (cast.publisher, cast.editor):
        ((kind, sentence),) = heard_by(cast, who)
        assert kind == "done"
        assert sentence.startswith("“Menu” went live on ")
        assert "late" not in sentence
    assert heard_by(cast, cast.admin) == []
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert mail_notifications() == 2
    assert f"http://localhost/a/acme/schedules/{row.id}" in mails(app)[0].text


@pytest.mark.usefixtures("inside")
def test_what_is_held_is_told_to_all_who_can_publish_with_its_cause(cast: Cast):
    row, _ = scheduled(cast)
    lose_rights(cast, cast.publisher)
    make_due(row)
    publish_due()
    assert tell_outcomes() == 1
    ((kind, sentence),) = heard_by(cast, cast.admin)
    assert kind == "held"
    assert "and is held: " in sentence
    assert heard_by(cast, cast.publisher) == [], "he may not see it any more"


@both_databases
@pytest.mark.usefixtures("inside")
def test_many_at_once_are_one_sentence(app: Flask, cast: Cast):
    rows = [scheduled(cast, f"Page {n}")[0] for n in range(5)]
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "In the way", state="live", slug="page-0")
        db.session.commit()
    for row in rows:
        make_due(row)
    publish_due()
    with statements(app) as five:
        assert tell_outcomes() == 2
    ((kind, sentence),) = heard_by(cast, cast.publisher)
    assert kind == "held"
    assert sentence.startswith("4 pages went live on ")
    assert "; 1 was held. “Page 0”: Another page is live at /page-0/ already." in sentence
    run(cast, *(f"More {n}" for n in range(12)))
    with statements(app) as twelve:
        assert tell_outcomes() == 1
    assert len(twelve) <= len(five)


@pytest.mark.usefixtures("inside")
def test_what_came_late_says_by_how_much(cast: Cast):
    overdue(cast, by=timedelta(minutes=47))
    publish_due()
    tell_outcomes()
    ((_, sentence),) = heard_by(cast, cast.publisher)
    assert sentence.endswith(", 47 minutes late.")


@pytest.mark.usefixtures("inside")
def test_it_waits_until_an_account_has_caught_up(cast: Cast):
    run(cast, "First")
    rest = overdue(cast, "Second")
    assert tell_outcomes() == 0
    with acting_in(tenant_scope(rest.tenant_id)):
        assert set(db.session.scalars(select(Schedule.told_at))) == {None}
    publish_due()
    assert tell_outcomes() == 2


def test_the_bell_leads_to_the_page_or_to_the_list(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        run(cast, *(f"Page {n}" for n in range(4)))
        tell_outcomes()
    sign_in(client, cast.publisher)
    text = client.get("/a/acme/notifications/").text
    assert "4 pages went live" in text
    address = re.findall(r'action="(/a/acme/notifications/[0-9a-f-]{36}/open)"', text)[0]
    assert client.post(address).location == "/a/acme/schedules/?state=done"


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_long_cause_is_mailed_under_a_short_subject(app: Flask, cast: Cast):
    row, _ = scheduled(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get_one(Schedule, row.id)
        found.state, found.cause = "held", "Because. " * 100
        excuse(found, "Sets the scene.")
        db.session.commit()
    tell_outcomes()
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert mail_notifications() == 2
    assert {len(each.subject) for each in mails(app)} == {200}
    assert mails(app)[0].text.count("Because.") == 100
