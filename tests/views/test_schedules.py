"""Asking for a time in the browser."""

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.schedules import Schedule
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_pages import last_event, page_id


def rows(app: Flask, cast: Cast) -> list[Schedule]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        return list(db.session.scalars(select(Schedule).order_by(Schedule.id)))


def ask(client: FlaskClient, url: str, **changes: str) -> dict[str, str]:
    """What the form would send, with some fields changed."""
    shown = re.search(r'name="revision"[^>]*value="([^"]+)"', client.get(url).text)
    wall = (now() + timedelta(days=40)).strftime("%Y-%m-%dT09:00")
    typed = {"what": "publish", "wall": wall, "zone": "Europe/Berlin", "reason": "Spring"}
    return typed | {"revision": shown[1] if shown else ""} | changes


def make(app: Flask, client: FlaskClient, cast: Cast) -> Schedule:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.publisher)
    client.post(url, data=ask(client, url, confirmed="1"))
    return rows(app, cast)[-1]


def test_it_is_confirmed_in_a_sentence_first(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.publisher)
    answer = client.post(url, data=ask(client, url))
    assert answer.status_code == 200
    assert re.search(
        r"Goes live\s+<strong>\w+day \d+ \w+ \d{4}, 09:00 in Berlin \(UTC\+\d\)", answer.text
    )
    assert rows(app, cast) == []


def test_confirmed_it_is_made_and_recorded(app: Flask, client: FlaskClient, cast: Cast) -> None:
    row = make(app, client, cast)
    assert (row.state, row.zone, row.approver_label) == (
        "pending", "Europe/Berlin", cast.publisher.email,
    )  # fmt: skip
    assert row.wall_time.endswith("T09:00:00")
    event = last_event(app, cast)
    assert (event.event, event.reason) == ("schedule.made", "Spring")
    assert "Plans for spring" in client.get("/a/acme/schedules/").text


def test_it_needs_the_right(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.author)
    answer = client.post(url, data=ask(client, url, confirmed="1"))
    assert answer.status_code == 403
    assert "page.publish" in answer.text
    assert rows(app, cast) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"wall": ""}, "Give a date and a time"),
        ({"wall": "tomorrow"}, "Not a valid datetime"),
        ({"wall": "2020-01-01T09:00", "confirmed": "1"}, "has passed already"),
        ({"wall": "0001-01-01T00:00"}, "between the years"),
        ({"wall": "9999-12-31T23:59"}, "between the years"),
        ({"zone": "Mars/Olympus"}, "Choose a time zone"),
        ({"what": "explode"}, "Not a valid choice"),
        ({"wall": "2029-03-25T02:30"}, "skip 02:30"),
        ({"wall": "2029-10-28T02:30"}, "twice"),
        ({"reason": "x" * 100_000}, "Use at most 2,000 characters"),
        ({"reason": "a\x00b"}, "NUL character"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, change: dict[str, str], sentence: str
) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.publisher)
    answer = client.post(url, data=ask(client, url, **change))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(app, cast) == []


def test_a_double_time_is_chosen(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.publisher)
    choices = client.post(url, data=ask(client, url, wall="2029-10-28T02:30")).text
    second = re.findall(r'value="(2029-10-28T0\d:30:00\+00:00)"', choices)[-1]
    client.post(url, data=ask(client, url, wall="2029-10-28T02:30", chosen=second, confirmed="1"))
    assert rows(app, cast)[-1].due_at.isoformat() == second


def test_moving_keeps_the_id(app: Flask, client: FlaskClient, cast: Cast) -> None:
    before = make(app, client, cast)
    url = f"/a/acme/schedules/{before.id}/move"
    later = ask(
        client, url, wall=(now() + timedelta(days=80)).strftime("%Y-%m-%dT07:30"), confirmed="1"
    )
    assert client.post(url, data=later).status_code == 302
    after = rows(app, cast)[-1]
    assert (after.id, after.moves) == (before.id, 1)
    assert after.due_at > before.due_at
    assert last_event(app, cast).event == "schedule.moved"


def test_cancelling_is_recorded_and_final(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/schedules/{make(app, client, cast).id}/cancel"
    assert client.post(url, data={"reason": "Rain"}).status_code == 302
    assert rows(app, cast)[-1].state == "cancelled"
    assert last_event(app, cast).reason == "Rain"
    assert client.post(url, data={}).status_code == 422


@pytest.mark.parametrize("what", ["move", "cancel"])
def test_a_neighbour_gets_the_404_of_what_is_not_there(
    app: Flask, client: FlaskClient, cast: Cast, what: str
) -> None:
    row = make(app, client, cast)
    sign_in(client, cast.bolt_admin)
    for schedule_id in (row.id, uuid.uuid4()):
        assert client.post(f"/a/bolt/schedules/{schedule_id}/{what}", data={}).status_code == 404
    assert rows(app, cast)[-1].state == "pending"


def test_staff_see_that_something_is_scheduled_not_what(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    make(app, client, cast)
    page = sign_in(client, cast.support).get("/a/acme/schedules/").text
    assert "(content not shown)" in page
    assert "Plans for spring" not in page
    assert "Plans for spring" not in client.get("/a/acme/").text
    assert "Plans for spring" not in client.get("/a/acme/trail/").text
