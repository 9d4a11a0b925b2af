"""Policies on the screen: set, seen below, cleared, refused; and sessions that keep to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants.clock import now
from tenants.db import db
from tenants.policing import set_policy
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS


def test_a_neighbour_finds_nothing(client: FlaskClient, cast: Cast):
    sign_in(client, cast.bolt_admin)
    for method, path in (("GET", ""), ("GET", "set"), ("POST", "set"), ("POST", "clear")):
        address = f"/a/acme-berlin/policies/{path}"
        assert client.open(address, method=method).status_code == 404
    sign_in(client, cast.admin)
    assert client.get("/a/acme/policies/clear").status_code == 405


@both_databases
def test_policies_are_set_seen_below_and_cleared(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    sent = {"policy": "session_idle_minutes", "value": "60", "because": "Shared computers."}
    assert client.post("/a/acme/policies/set", data=sent).status_code == 302
    text = client.get("/a/acme/policies/").text
    assert "at most 60 minutes" in text
    assert "Shared computers." in text
    assert 'value="60"' in client.get("/a/acme/policies/set?policy=session_idle_minutes").text
    for key in ("second_factor", "upload_types", "review_steps"):
        assert client.get(f"/a/acme/policies/set?policy={key}").status_code == 200
    on = {"policy": "second_factor", "value": "on"}
    assert client.post("/a/acme/policies/set", data=on).status_code == 302
    assert client.post("/a/acme/policies/set", data=on | {"value": "off"}).status_code == 422
    sign_in(client, cast.berlin_admin)
    assert "at most 60 minutes" in client.get("/a/acme-berlin/policies/").text
    answer = client.post("/a/acme-berlin/policies/set", data=sent | {"value": "90"})
    assert answer.status_code == 422
    assert "Acme set “Session unused” to at most 60 minutes" in answer.text
    assert "90" in answer.text
    assert "Shared computers." in answer.text
    sign_in(client, cast.admin)
    answer = client.post("/a/acme/policies/clear", data={"policy": "session_idle_minutes"})
    assert answer.status_code == 302
    assert "ended by admin@acme.example" in client.get("/a/acme/policies/").text


@both_databases
def test_staff_set_the_houses_policies_for_everybody(client: FlaskClient, cast: Cast):
    sign_in(client, cast.operator)
    sent = {"policy": "upload_types", "value": "image/png"}
    assert client.post("/a/house/policies/set", data=sent).status_code == 302
    assert client.post("/a/house/policies/set", data=sent | {"value": "soup"}).status_code == 422
    sign_in(client, cast.bolt_editor)
    text = client.get("/a/bolt/policies/").text
    assert "<strong>image/png</strong>" in text
    assert "the house" in text
    sign_in(client, cast.operator)
    answer = client.post("/a/house/policies/clear", data={"policy": "upload_types"})
    assert answer.status_code == 302
    sign_in(client, cast.bolt_editor)
    assert "<strong>image/png</strong>" not in client.get("/a/bolt/policies/").text


def test_policies_need_the_right_and_a_known_name(client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    assert client.get("/a/acme/policies/").status_code == 200
    sent = {"policy": "review_steps", "value": "1"}
    assert client.post("/a/acme/policies/set", data=sent).status_code == 403
    assert client.post("/a/acme/policies/clear", data=sent).status_code == 403
    sign_in(client, cast.admin)
    assert client.post("/a/acme/policies/set", data={"policy": "x"}).status_code == 302
    assert client.get("/a/acme/policies/set").status_code == 302
    assert client.post("/a/acme/policies/clear", data={}).status_code == 404


@both_databases
def test_a_session_lasts_no_longer_than_the_policy_lets_it(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.admin)
    with app.app_context(), across_tenants("a policy"):
        set_policy(cast.house, "session_idle_minutes", "30", by=TESTS)
        set_policy(cast.acme, "session_total_hours", "2", by=TESTS)
        db.session.commit()
    start = now()
    for minutes, status in ((0, 200), (29, 200), (58, 200), (87, 200), (116, 200), (121, 302)):
        later = start + timedelta(minutes=minutes)
        monkeypatch.setattr("portal.requests.now", lambda later=later: later)
        monkeypatch.setattr("portal.identity.sessions.now", lambda later=later: later)
        assert client.get("/a/acme/").status_code == status, minutes
    sign_in(client, cast.bolt_admin)
    assert client.get("/a/bolt/").status_code == 200
    later = later + timedelta(minutes=31)
    monkeypatch.setattr("portal.requests.now", lambda: later)
    assert client.get("/a/bolt/").status_code == 302
