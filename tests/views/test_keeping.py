"""How long a trail is kept, and holds: on screen and on the command line."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.audit import AuditEvent
from tenants.db import db
from tenants.retention import TrailHold, kept_at
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in

KEEPING = "/a/acme/trail/keeping/"
HOLD = {"name": "Case 12", "reason": "A dispute"}


def recorded(app: Flask, cast: Cast, name: str) -> list[AuditEvent]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


def days(app: Flask, cast: Cast, handle: str = "acme") -> int | None:
    account = cast.acme if handle == "acme" else cast.berlin
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        return kept_at(account).days


def a_hold(client: FlaskClient, app: Flask, cast: Cast) -> str:
    assert client.post(f"{KEEPING}holds/new", data=HOLD).status_code == 303
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        return str(db.session.scalar(select(TrailHold.id)))


@both_databases
def test_days_are_set_inherited_and_recorded(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    assert (
        client.post(f"{KEEPING}days", data={"days": "90", "reason": "Policy 7"}).status_code == 303
    )
    assert (days(app, cast), days(app, cast, "berlin")) == (90, 90)
    (event,) = recorded(app, cast, "trail.retention_set")
    assert (event.changes, event.reason) == ({"days": [None, 90]}, "Policy 7")
    page = client.get(KEEPING).text
    assert "90 days (set here)" in page
    assert "90 days (set at Acme)" in client.get("/a/acme-berlin/trail/keeping/").text
    assert client.post(f"{KEEPING}days", data={"days": ""}).status_code == 303
    assert days(app, cast) is None


@pytest.mark.parametrize("typed", ["29", "0", "-5", "many", "99999999"])
def test_bad_days_are_refused_and_kept(app: Flask, client: FlaskClient, cast: Cast, typed: str):
    page = sign_in(client, cast.admin).post(f"{KEEPING}days", data={"days": typed, "reason": "Why"})
    assert page.status_code == 422
    assert f'value="{typed}"' in page.text
    assert "Why" in page.text
    assert days(app, cast) is None


def test_below_it_may_only_be_longer(app: Flask, client: FlaskClient, cast: Cast):
    berlin = "/a/acme-berlin/trail/keeping/days"
    page = sign_in(client, cast.berlin_admin).post(berlin, data={"days": "90"})
    assert (page.status_code, "for ever" in page.text) == (422, True)
    sign_in(client, cast.admin).post(f"{KEEPING}days", data={"days": "90"})
    page = sign_in(client, cast.berlin_admin).post(berlin, data={"days": "60"})
    assert (page.status_code, "longer, never shorter" in page.text) == (422, True)
    assert client.post(berlin, data={"days": "120"}).status_code == 303
    assert (days(app, cast), days(app, cast, "berlin")) == (90, 120)


def test_a_hold_is_started_and_ended_with_reasons(app: Flask, client: FlaskClient, cast: Cast):
    hold = a_hold(sign_in(client, cast.admin), app, cast)
    page = client.get(KEEPING).text
    assert "A hold keeps the whole trail" in page
    assert "Case 12" in page
    elsewhere = sign_in(client, cast.berlin_admin).get("/a/acme-berlin/trail/keeping/").text
    assert "A hold keeps the whole trail" in elsewhere
    assert "Case 12" not in elsewhere
    sign_in(client, cast.admin)
    address = f"{KEEPING}holds/{hold}/end"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "Settled"}).status_code == 303
    again = client.post(address, data={"reason": "Settled"})
    assert (again.status_code, "was ended already" in again.text) == (422, True)
    assert [e.reason for e in recorded(app, cast, "trail.hold_started")] == ["A dispute"]
    assert [e.reason for e in recorded(app, cast, "trail.hold_ended")] == ["Settled"]


@pytest.mark.parametrize("data", [{}, {**HOLD, "name": ""}, {**HOLD, "reason": ""}])
def test_a_hold_needs_a_name_and_a_reason(client: FlaskClient, cast: Cast, data: dict[str, str]):
    page = sign_in(client, cast.admin).post(f"{KEEPING}holds/new", data=data)
    assert page.status_code == 422
    assert all(value in page.text for value in data.values())


def test_the_houses_hold_is_ended_by_the_house(app: Flask, client: FlaskClient, cast: Cast):
    hold = a_hold(sign_in(client, cast.owner), app, cast)
    address = f"{KEEPING}holds/{hold}/end"
    refused = sign_in(client, cast.admin).post(address, data={"reason": "Please"})
    assert (refused.status_code, "Only they can end it" in refused.text) == (422, True)
    assert "Please" in refused.text
    assert sign_in(client, cast.owner).post(address, data={"reason": "Settled"}).status_code == 303


def test_who_may(app: Flask, client: FlaskClient, cast: Cast):
    hold = a_hold(sign_in(client, cast.admin), app, cast)
    for address in (f"{KEEPING}days", f"{KEEPING}holds/new", f"{KEEPING}holds/{hold}/end"):
        assert sign_in(client, cast.auditor).post(address, data=HOLD).status_code == 403
        assert sign_in(client, cast.publisher).post(address, data=HOLD).status_code == 403
        assert sign_in(client, cast.bolt_admin).post(address, data=HOLD).status_code == 404
    page = sign_in(client, cast.auditor).get(KEEPING).text
    assert re.search(r"lacks the right “Set how long the trail is kept", page)
    at_berlin = f"/a/acme-berlin/trail/keeping/holds/{hold}/end"
    assert sign_in(client, cast.berlin_admin).post(at_berlin, data=HOLD).status_code == 404


@both_databases
def test_commands(app: Flask, cast: Cast):
    run = app.test_cli_runner().invoke
    words = ["--as", cast.admin.email, "--because", "Policy"]
    assert run(args=["trail", "keep", "acme", "20", *words]).exit_code == 1
    assert run(args=["trail", "keep", "acme", "soon", *words]).exit_code == 1
    assert run(args=["trail", "keep", "acme", "60", *words]).exit_code == 0
    made = run(args=["trail", "hold", "acme", "Case 12", *words])
    assert made.exit_code == 0
    rows = json.loads(run(args=["trail", "show", "acme", "--json"]).output)
    assert [row["name"] for row in rows] == ["60 days", "Case 12"]
    held = run(args=["audit", "purge", "acme", "--dry-run"])
    assert (held.exit_code, "Case 12" in held.output) == (1, True)
    end = ["trail", "release", "acme", made.output.strip()]
    viewer = ["--as", cast.viewer.email, "--because", "x"]
    assert run(args=[*end, *viewer]).exit_code == 1
    assert run(args=[*end, *words]).exit_code == 0
    assert run(args=[*end, *words]).exit_code == 1
    assert run(args=["audit", "purge", "--dry-run"]).exit_code == 0
