"""How often somebody may try to sign in, with Redis, without it, and when it dies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.extensions import limiter
from tests.fixtures.cast import PASSWORD, Cast
from tests.identity.common import browser, events, post_sign_in
from tests.infra.redis import RedisServer

LIMIT = "3 per hour"
MakeApp = Callable[..., Flask]


@pytest.fixture(params=["redis", "memory"])
def throttled(request: pytest.FixtureRequest, make_app: MakeApp, database_url: str) -> Flask:
    """An app where three tries are allowed, counting in Redis and with Redis gone."""
    settings: dict[str, Any] = {"sign_in_limit": LIMIT, "proxies": 1}
    if request.param == "redis":
        settings["redis_url"] = request.getfixturevalue("redis_server").url
    return make_app(database_url, **settings)


def tries(
    app: Flask, emails: list[str], place: str = "192.0.2.1", password: str = "wrong", **more: Any
) -> list[int]:
    """The status of each try, every one from a new browser."""
    headers = {"X-Forwarded-For": place}
    return [
        post_sign_in(browser(app), email, password, headers=headers, **more).status_code
        for email in emails
    ]


@pytest.fixture
def cast(throttled: Flask) -> Cast:
    from tests.fixtures.cast import read_cast

    with throttled.app_context():
        return read_cast()


def test_a_person_is_tried_three_times_from_a_place(throttled: Flask, cast: Cast):
    email = cast.editor.email
    assert tries(throttled, [email] * 5) == [422, 422, 422, 429, 429]
    assert tries(throttled, [email], password=PASSWORD) == [429]
    assert tries(throttled, [cast.viewer.email]) == [422]
    assert tries(throttled, [email], place="192.0.2.2", password=PASSWORD) == [303]


def test_who_has_to_wait_is_told_how_long(throttled: Flask, cast: Cast):
    headers = {"X-Forwarded-For": "192.0.2.1"}
    for _ in range(4):
        answer = post_sign_in(browser(throttled), cast.editor.email, "wrong", headers=headers)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3601
    assert "Too many tries" in answer.text


def test_spelling_and_further_fields_start_no_new_count(throttled: Flask, cast: Cast):
    spellings = [
        "editor@acme.example",
        "EDITOR@acme.example",
        " editor@ACME.example ",
        "ｅditor@acme.example",
    ]
    assert tries(throttled, spellings) == [422, 422, 422, 429]
    tricks: list[dict[str, Any]] = [
        {"data": {"email": [cast.editor.email, "x@y.example"], "password": "wrong"}},
        {"data": {"email": cast.editor.email, "password": "wrong", "username": "x", "n": "7"}},
        {
            "data": {"email": cast.editor.email, "password": "wrong"},
            "query_string": {"email": "x@y.example"},
        },
    ]
    headers = {"X-Forwarded-For": "192.0.2.1"}
    for trick in tricks:
        assert browser(throttled).post("/sign-in", headers=headers, **trick).status_code == 429


def test_fields_elsewhere_in_the_body_sign_nobody_in(throttled: Flask, cast: Cast):
    both = {"email": cast.editor.email, "password": PASSWORD}
    client = browser(throttled)
    assert client.post("/sign-in", json=both).status_code == 422
    assert client.post("/sign-in", query_string=both).status_code == 422


def test_a_place_tries_many_people_in_vain(throttled: Flask, cast: Cast):
    strangers = [f"stranger-{n}@acme.example" for n in range(31)]
    assert tries(throttled, strangers) == [422] * 30 + [429]
    assert tries(throttled, ["one-more@acme.example"]) == [429]
    assert tries(throttled, [cast.editor.email], place="192.0.2.2") == [422]


def test_many_places_try_one_person_in_vain(throttled: Flask, cast: Cast):
    answers = [tries(throttled, [cast.editor.email], place=f"192.0.2.{n}") for n in range(1, 17)]
    assert answers == [[422]] * 15 + [[429]]


def test_nobody_is_locked_out_of_where_they_signed_in_before(throttled: Flask, cast: Cast):
    email = cast.editor.email
    assert tries(throttled, [email], place="203.0.113.5", password=PASSWORD) == [303]
    for n in range(1, 20):
        tries(throttled, [email], place=f"192.0.2.{n}")
    assert tries(throttled, [email], place="203.0.113.6", password=PASSWORD) == [429]
    assert tries(throttled, [email], place="203.0.113.5", password=PASSWORD) == [303]


def test_one_place_does_not_use_up_a_person_s_tries(throttled: Flask, cast: Cast):
    email = cast.editor.email
    assert tries(throttled, [email] * 20)[-1] == 429
    assert tries(throttled, [email], place="192.0.2.9", password=PASSWORD) == [303]


def test_an_ipv6_network_is_one_place(throttled: Flask, cast: Cast):
    email = cast.editor.email
    answers = [tries(throttled, [email], place=f"2001:db8:1:2::{n:x}")[0] for n in range(1, 5)]
    assert answers == [422, 422, 422, 429]
    assert tries(throttled, [email], place="2001:db8:1:3::1") == [422]


def test_looking_at_the_form_counts_for_nothing(throttled: Flask, cast: Cast):
    client = browser(throttled)
    assert {client.get("/sign-in").status_code for _ in range(40)} == {200}
    assert tries(throttled, [cast.editor.email]) == [422]


def test_the_trail_is_not_flooded(throttled: Flask, cast: Cast):
    tries(throttled, [cast.editor.email] * 12)
    assert len(events(throttled, "session.failed")) == 3
    (event,) = events(throttled, "session.throttled")
    assert event.facts == {"email": cast.editor.email}
    assert event.target_id == cast.editor.id
    assert event.address == "192.0.2.1"


def test_a_forged_address_is_not_believed(make_app: MakeApp, database_url: str):
    app = make_app(database_url, sign_in_limit=LIMIT, proxies=0)
    answers = [tries(app, ["a@b.example"], place=f"192.0.2.{n}")[0] for n in range(5)]
    assert answers == [422, 422, 422, 429, 429]


def test_processes_share_their_count(
    make_app: MakeApp, database_url: str, redis_server: RedisServer
):
    settings = {"sign_in_limit": LIMIT, "redis_url": redis_server.url}
    one = make_app(database_url, **settings)
    assert tries(one, ["a@b.example"] * 2) == [422, 422]
    other = make_app(database_url, **settings)
    assert tries(other, ["a@b.example"] * 2) == [422, 429]


def test_a_dying_redis_stops_neither_people_nor_counting(
    make_app: MakeApp, database_url: str, redis_server: RedisServer
):
    app = make_app(database_url, sign_in_limit=LIMIT, redis_url=redis_server.url)
    good = {"email": "editor@acme.example", "password": PASSWORD}
    client: FlaskClient = browser(app)
    assert tries(app, ["a@b.example"] * 4) == [422, 422, 422, 429]
    assert not limiter._storage_dead
    redis_server.kill()
    assert client.post("/sign-in", data=good).status_code == 303
    assert limiter._storage_dead
    assert tries(app, ["a@b.example"] * 4) == [422, 422, 422, 429]


def test_redis_holds_no_names(make_app: MakeApp, database_url: str, redis_server: RedisServer):
    app = make_app(database_url, sign_in_limit=LIMIT, redis_url=redis_server.url)
    tries(app, ["editor@acme.example"])
    with redis_server.client() as client:
        keys = b" ".join(client.keys("*"))
    assert keys
    assert b"editor" not in keys
    assert b"127.0.0.1" not in keys
