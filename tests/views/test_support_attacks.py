"""What somebody could try to make more of a support session than it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.clock import now
from tenants.db import db
from tenants.delegation import bestow
from tenants.grants import Grant
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.roles import built_in
from tenants.scope import across_tenants
from tenants.support import LIFE, LOOK, WRITE
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.identity.common import browser, events
from tests.shape.routes import Route, routes
from tests.tenants.support_scene import OPENED, looking, opened, row_of

SAMPLE = uuid.UUID("0190f000-0000-7000-8000-000000000000")


def writes(app: Flask) -> Iterator[Route]:
    """Every POST route of accounts but those of the session itself and those that only read."""
    for route in routes(app, "/a/"):
        kind, wanted = route.guard
        assert kind == "permission"
        own = route.rule.endpoint.startswith("support.")
        if route.method != "GET" and not own and not set(wanted) & LOOK:
            yield route


@both_databases
def test_a_look_writes_nowhere(app: Flask, cast: Cast):
    staff = sign_in(browser(app), cast.support)
    opened(staff)
    tried = 0
    for route in writes(app):
        answer = staff.open(route.path("acme", dict.fromkeys(route.ids, SAMPLE)), method="POST")
        assert answer.status_code == 403, route.name
        assert "lacks the right" in answer.text, route.name
        tried += 1
    assert tried > 10
    refused = events(app, "action.refused")
    assert len(refused) == tried
    assert {e.on_behalf_of for e in refused} == {"support session for Acme (ticket T-1)"}


def test_consent_opens_content_and_nothing_else(app: Flask, cast: Cast):
    with app.app_context():
        looking(cast.support, cast.acme, agreed_by=cast.admin)
    staff = sign_in(browser(app), cast.support)
    for route in writes(app):
        answer = staff.open(
            route.path("acme", dict.fromkeys(route.ids, SAMPLE)), method="POST", audit=False
        )  # fmt: skip
        allowed = bool(set(route.guard[1]) & WRITE)
        assert (answer.status_code != 403) == allowed, route.name


def test_what_a_session_may_hold():
    groups = {str(p).partition(".")[0] for p in WRITE}
    assert not groups & {"grant", "role", "group", "person", "policy", "quota", "support", "staff"}
    assert not WRITE & {P.ACCOUNT_CLOSE, P.ACCOUNT_MOVE, P.ACCOUNT_SUSPEND, P.ACCOUNT_OPEN}
    assert all(p.endswith(".view") for p in LOOK)


def test_nothing_is_extended_by_repeating(app: Flask, cast: Cast):
    staff, admin = sign_in(browser(app), cast.support), sign_in(browser(app), cast.admin)
    session = opened(staff)
    session_id = uuid.UUID(session.split("/")[-2])
    before = row_of(app, cast.acme, session_id)
    staff.post(f"{session}ask")
    admin.post(f"{session}consent")
    agreed = row_of(app, cast.acme, session_id).consented_at
    with time_machine.travel(now() + LIFE * 0.5, tick=False):
        assert staff.post("/a/acme/support/open", data=OPENED).status_code == 422
        staff.post(f"{session}ask")
        admin.post(f"{session}consent")
        after = row_of(app, cast.acme, session_id)
    assert (after.expires_at, after.consented_at) == (before.expires_at, agreed)
    assert len(events(app, "support.opened")) == 1
    assert len(events(app, "support.consented")) == 1


def test_one_session_at_a_time(app: Flask, cast: Cast):
    staff = sign_in(browser(app), cast.support)
    opened(staff)
    for handle in ("acme", "acme-berlin", "bolt"):
        answer = staff.post(f"/a/{handle}/support/open", data=OPENED)
        assert answer.status_code == 422
        assert "one at a time" in answer.text
    assert staff.post("/a/house/support/open", data=OPENED).status_code == 422


@pytest.mark.parametrize("who", ["admin", "editor", "viewer", "auditor"])
def test_only_staff_open_one(app: Flask, cast: Cast, who: str):
    person = sign_in(browser(app), cast.people[who])
    assert person.post("/a/acme/support/open", data=OPENED).status_code == 403
    assert sign_in(browser(app), cast.bolt_admin).get("/a/acme/support/").status_code == 404


@pytest.mark.parametrize("who", ["support", "operator", "owner", "publisher", "auditor"])
def test_only_the_accounts_admin_consents(app: Flask, cast: Cast, who: str):
    session = opened(sign_in(browser(app), cast.support))
    staff = sign_in(browser(app), cast.support)
    staff.post(f"{session}ask")
    person = sign_in(browser(app), cast.people[who])
    assert person.post(f"{session}consent").status_code == 403
    if who != "support":
        assert person.post(f"{session}end").status_code == 403
    assert (
        staff.post(f"{session}break-glass", data={"reason": "x", "typed": "acme"}).status_code
        == 403
    )


def test_nobody_consents_to_his_own(app: Flask, cast: Cast):
    granted(app, cast, "account-admin")
    staff = sign_in(browser(app), cast.support)
    session = opened(staff)
    staff.post(f"{session}ask")
    staff.post(f"{session}consent")
    assert "Nobody consents to his own" in staff.get(session).text
    assert events(app, "support.consented") == []


def granted(app: Flask, cast: Cast, role: str) -> None:
    """Give the support person a role at Acme by the tests' own hand."""
    with app.app_context(), across_tenants("a test gives a role"):
        person = db.session.get(Person, cast.support.id)
        assert person is not None
        bestow(person, built_in(role), cast.acme, by=TESTS)
        db.session.commit()


def role_id(app: Flask, key: str) -> str:
    with app.app_context(), across_tenants("a test reads a role"):
        return str(built_in(key).id)


@both_databases
def test_a_session_is_nothing_to_give_on(app: Flask, cast: Cast):
    """An operator may give roles; what he holds through a session is not his to give."""
    with app.app_context():
        looking(cast.operator, cast.acme, agreed_by=cast.admin)
    staff = sign_in(browser(app), cast.operator)
    assert staff.get("/a/acme/pages/").status_code == 200
    with app.app_context(), across_tenants("a test counts grants"):
        before = len(db.session.scalars(select(Grant.id)).all())
    data = {"reach": "account", "person": str(cast.author.id), "email": "x@y.example"}
    for role in ("viewer", "editor", "publisher", "account-admin"):
        chosen = data | {"role": role_id(app, role)}
        for door in ("give", "invite"):
            assert staff.post(f"/a/acme/people/{door}", data=chosen).status_code == 422, role
    with app.app_context(), across_tenants("a test counts grants"):
        assert len(db.session.scalars(select(Grant.id)).all()) == before
    assert "Support session" not in main(staff, "/a/acme/people/give")


def main(client: FlaskClient, address: str) -> str:
    """A page without the frame and its bar."""
    return client.get(address).text.partition("<main")[2]


def test_a_session_over_is_over(app: Flask, cast: Cast):
    staff, admin = sign_in(browser(app), cast.support), sign_in(browser(app), cast.admin)
    session = opened(staff)
    staff.post(f"{session}ask")
    admin.post(f"{session}end")
    ended = row_of(app, cast.acme, uuid.UUID(session.split("/")[-2])).ended_at
    for who, act in ((staff, "ask"), (admin, "consent"), (admin, "end"), (staff, "end")):
        assert who.post(f"{session}{act}").location == session
        assert "is over" in who.get(session).text
    assert row_of(app, cast.acme, uuid.UUID(session.split("/")[-2])).ended_at == ended
    assert events(app, "support.consented") == []


def test_consent_after_the_end_of_its_time_opens_nothing(app: Flask, cast: Cast):
    staff, admin = sign_in(browser(app), cast.support), sign_in(browser(app), cast.admin)
    session = opened(staff)
    staff.post(f"{session}ask")
    with time_machine.travel(now() + LIFE, tick=False):
        admin.post(f"{session}consent")
        assert events(app, "support.consented") == []
        assert staff.get("/a/acme/pages/").status_code == 403


def test_anothers_session_is_one_that_does_not_exist(app: Flask, cast: Cast):
    with app.app_context():
        session_id = looking(cast.support, cast.acme)
        looking(cast.operator, cast.bolt)
    admin = sign_in(browser(app), cast.bolt_admin)
    staff = sign_in(browser(app), cast.support)
    for act in ("", "end", "consent"):
        answers = [send(admin, f"/a/bolt/support/{each}/{act}") for each in (session_id, SAMPLE)]
        assert answers == [404, 404], act
        assert send(admin, f"/a/acme/support/{session_id}/{act}") == 404
    for handle in ("bolt", "acme-berlin"):
        assert send(staff, f"/a/{handle}/support/{session_id}/end") == 404
    assert row_of(app, cast.acme, session_id).open


def send(client: FlaskClient, address: str) -> int:
    act: Any = client.get if address.endswith("/") else client.post
    return int(act(address).status_code)


def test_an_owner_forces_no_session_but_his_own(app: Flask, cast: Cast):
    session = opened(sign_in(browser(app), cast.support))
    owner = sign_in(browser(app), cast.owner)
    data = {"reason": "x", "typed": "acme"}
    answer = owner.post(f"{session}break-glass", data=data)
    assert answer.status_code == 422
    assert "somebody else" in answer.text
    assert owner.post(f"{session}ask").location == session
    assert events(app, "support.glass_broken", "support.write_asked") == []
    assert owner.post(f"{session}report", data={"text": "x"}).status_code == 422


@pytest.mark.parametrize("act", ["end", "ask", "consent"])
def test_nothing_happens_on_get(app: Flask, cast: Cast, act: str):
    staff = sign_in(browser(app), cast.support)
    assert staff.get(f"{opened(staff)}{act}").status_code == 405


def test_passwords_and_addresses_stay_each_persons_own(app: Flask, cast: Cast):
    """Screens about credentials are about oneself: a session changes whom they are about not."""
    with app.app_context():
        looking(cast.support, cast.acme, agreed_by=cast.admin)
    staff = sign_in(browser(app), cast.support)
    page = staff.get("/me/").text
    assert cast.support.email in page
    assert cast.admin.email not in page
    for route in routes(app, "/me"):
        assert not {"person_id", "email"} & route.rule.arguments, route.name
