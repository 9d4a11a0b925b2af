"""Freezes on the screen: shown, set after a look at what falls inside, refused, lifted."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.freezes import Freeze
from tenants.clock import now
from tenants.db import db
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_pages import last_event, page_id
from tests.views.test_schedules import ask, make

HOME = "/a/acme/freezes/"


def wall(days: float) -> str:
    return (now() + timedelta(days=days)).strftime("%Y-%m-%dT09:00")


def sent(**changes: str) -> dict[str, str]:
    typed = {"name": "Feast", "since": wall(30), "until": wall(50), "zone": "Europe/Berlin"}
    return typed | {"reason": "Nobody is there."} | changes


def freezes(app: Flask) -> list[Freeze]:
    with app.app_context(), across_tenants("tests"):
        return list(db.session.scalars(select(Freeze).order_by(Freeze.made_at)))


@both_databases
def test_what_falls_inside_is_shown_first_and_then_it_is_set(
    app: Flask, client: FlaskClient, cast: Cast
):
    make(app, client, cast)
    sign_in(client, cast.admin)
    asked = client.post(f"{HOME}new", data=sent())
    assert asked.status_code == 200
    assert "1 schedule falls inside" in asked.text
    assert "Plans for spring" in asked.text
    assert freezes(app) == []
    assert client.post(f"{HOME}new", data=sent(confirmed="1")).status_code == 302
    (row,) = freezes(app)
    assert (row.name, row.zone, row.made_by_label) == ("Feast", "Europe/Berlin", cast.admin.email)
    event = last_event(app, cast)
    assert (event.event, event.reason) == ("freeze.set", "Nobody is there.")
    below = sign_in(client, cast.berlin_editor).get("/a/acme-berlin/freezes/").text
    assert "Feast" in below
    assert "Only Acme can lift it." in below
    sign_in(client, cast.publisher)
    url = f"/a/acme/pages/{page_id(app, cast, 'Welcome')}/schedule"
    refused = client.post(url, data=ask(client, url, what="unpublish"))
    assert refused.status_code == 422
    assert "“Feast”, a freeze of Acme" in refused.text
    free = row.until.isoformat()
    assert f'value="{free}"' in refused.text
    chosen = client.post(url, data=ask(client, url, what="unpublish", chosen=free, confirmed="1"))
    assert chosen.status_code == 302


@both_databases
def test_publishing_by_hand_is_refused_while_it_lasts_and_not_once_it_is_lifted(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    client.post(f"{HOME}new", data=sent(since=wall(-2), until=wall(2), confirmed="1"))
    assert "Holds now" in client.get(HOME).text
    page = f"/a/acme/pages/{page_id(app, cast, 'Welcome')}/unpublish"
    refused = client.post(page, data={"reason": "Now!"})
    assert refused.status_code == 422
    assert "lets nothing go live or offline" in refused.text
    assert "Now!" in refused.text
    url = f"{HOME}{freezes(app)[0].id}/lift"
    assert client.get(url).status_code == 200
    assert client.post(url, data={"reason": "An error."}).status_code == 302
    assert last_event(app, cast).event == "freeze.lifted"
    assert client.post(url, data={}).status_code == 422
    assert client.post(page, data={"reason": "Now!"}).status_code == 302


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Give the freeze a name"),
        ({"name": "x" * 101}, "Use at most 100 characters"),
        ({"since": ""}, "Give a date and a time"),
        ({"until": "never"}, "Not a valid datetime"),
        ({"since": "0001-01-01T00:00"}, "between the years"),
        ({"until": "2020-01-01T00:00", "since": "2019-12-31T00:00"}, "over already"),
        ({"until": "2026-01-01T00:00"}, "ends after it begins"),
        ({"until": "2150-01-01T00:00"}, "a year at most"),
        ({"zone": "Mars/Base"}, "Choose a time zone"),
        ({"name": "a\x00b"}, "NUL character"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, change: dict[str, str], sentence: str
):
    sign_in(client, cast.admin)
    answer = client.post(f"{HOME}new", data=sent(confirmed="1", **change))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Nobody is there." in answer.text
    assert freezes(app) == []


def test_only_who_may_sets_and_lifts_them(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    client.post(f"{HOME}new", data=sent(confirmed="1"))
    freeze_id = freezes(app)[0].id
    sign_in(client, cast.publisher)
    assert "freeze.manage" in client.get(HOME).text
    assert client.post(f"{HOME}new", data=sent(confirmed="1")).status_code == 403
    assert client.post(f"{HOME}{freeze_id}/lift", data={}).status_code == 403
    sign_in(client, cast.berlin_admin)
    assert client.post(f"/a/acme-berlin/freezes/{freeze_id}/lift", data={}).status_code == 404
    sign_in(client, cast.bolt_admin)
    assert client.get(HOME).status_code == 404
    for each in (freeze_id, uuid.uuid4()):
        assert client.post(f"/a/bolt/freezes/{each}/lift", data={}).status_code == 404
    assert "Feast" not in client.get("/a/bolt/freezes/").text
    assert freezes(app)[0].lifted_at is None


@both_databases
def test_the_houses_hold_for_everybody_and_tell_no_titles(
    app: Flask, client: FlaskClient, cast: Cast
):
    make(app, client, cast)
    sign_in(client, cast.operator)
    asked = client.post("/a/house/freezes/new", data=sent())
    assert "1 schedule falls inside" in asked.text
    assert "Plans for spring" not in asked.text
    assert client.post("/a/house/freezes/new", data=sent(confirmed="1")).status_code == 302
    assert "the house" in sign_in(client, cast.bolt_editor).get("/a/bolt/freezes/").text
    sign_in(client, cast.operator)
    url = f"/a/house/freezes/{freezes(app)[0].id}/lift"
    assert client.post(url, data={}).status_code == 302
    assert freezes(app)[0].lifted_by_label == cast.operator.email
