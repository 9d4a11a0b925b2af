"""Being signed in: what the browser holds, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tenants.clock import now
from tenants.db import db
from tenants.delegation import bestow
from tenants.people import Person
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import PASSWORD, Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.identity.common import browser, change, events, is_signed_in, post_sign_in


def test_the_cookie_is_fresh_after_signing_in(app: Flask, client: FlaskClient, cast: Cast):
    with client.session_transaction() as cookie:
        cookie.update(_user_id="planted by somebody else", planted="yes")
    post_sign_in(client, cast.editor.email)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]
        assert "planted" not in cookie
        assert first != "planted by somebody else"
    old = browser(app)
    copy_cookie(client, old)
    post_sign_in(client, cast.editor.email)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    assert is_signed_in(client)
    assert not is_signed_in(old)


def copy_cookie(source: FlaskClient, target: FlaskClient) -> None:
    cookie = source.get_cookie("portal")
    assert cookie is not None
    target.set_cookie("portal", cookie.value)


def test_signing_out_kills_the_session_itself(app: Flask, client: FlaskClient, cast: Cast):
    post_sign_in(client, cast.editor.email)
    thief = browser(app)
    copy_cookie(client, thief)
    assert is_signed_in(thief)
    answer = client.post("/sign-out")
    assert answer.location == "/sign-in"
    assert "You are signed out." in client.get("/sign-in").text
    assert not is_signed_in(client)
    assert not is_signed_in(thief)
    assert [e.facts["how"] for e in events(app, "session.ended")] == ["by the button"]
    assert client.post("/sign-out").status_code == 303


def test_signing_out_needs_a_post_with_a_token(client: FlaskClient, cast: Cast):
    post_sign_in(client, cast.editor.email)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out", csrf=False).status_code == 400
    assert is_signed_in(client)


@pytest.mark.parametrize(("who", "hours"), [("editor", 14 * 24), ("support", 1)])
def test_a_device_left_alone_is_signed_out(client: FlaskClient, cast: Cast, who: str, hours: int):
    begun = now()
    with time_machine.travel(begun, tick=False):
        post_sign_in(client, cast.people[who].email)
    with time_machine.travel(begun + timedelta(hours=hours, seconds=-1), tick=False):
        assert is_signed_in(client)
    with time_machine.travel(begun + timedelta(hours=2 * hours), tick=False):
        assert not is_signed_in(client)


def test_the_cookie_of_staff_goes_with_the_browser(client: FlaskClient, cast: Cast):
    staff = post_sign_in(client, cast.owner.email).headers["Set-Cookie"]
    assert "Expires" not in staff
    other = post_sign_in(client, cast.editor.email).headers["Set-Cookie"]
    assert "Expires" in other


def test_a_deactivated_person_is_out_at_the_next_request(
    app: Flask, client: FlaskClient, cast: Cast
):
    post_sign_in(client, cast.editor.email)
    assert is_signed_in(client)
    change(app, cast, cast.editor, deactivated_at=now())
    assert not is_signed_in(client)


def test_new_rights_of_the_house_begin_with_signing_in_again(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.editor)
    with app.app_context(), acting_in(tenant_scope(cast.house.id)):
        person = db.session.get(Person, cast.editor.id)
        assert person is not None
        bestow(person, built_in("support"), cast.house, by=TESTS, because="Helps out.")
        db.session.commit()
    assert not is_signed_in(client)
    assert post_sign_in(client, cast.editor.email).status_code == 303
    assert is_signed_in(client)
    assert len(events(app, "session.ended")) == 1


def test_tampered_cookies_are_nobody(app: Flask, client: FlaskClient, cast: Cast):
    post_sign_in(client, cast.editor.email)
    cookie = client.get_cookie("portal")
    assert cookie is not None
    value = cookie.value
    for wrong in (value[:-1], value + "x", value.replace(".", "..", 1), "x", "", value[::-1]):
        client.set_cookie("portal", wrong)
        assert not is_signed_in(client)
    client.set_cookie("portal", value)
    assert is_signed_in(client)


def test_under_https_the_cookie_is_the_host_s_own(
    make_app: Callable[..., Flask], database_url: str, cast: Cast
):
    app = make_app(database_url, base_url="https://localhost")
    client = browser(app)
    answer = client.post(
        "https://localhost/sign-in",
        data={"email": cast.editor.email, "password": PASSWORD},
        headers={"Referer": "https://localhost/sign-in"},
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    name, *attributes = cookies[0].split("; ")
    assert name.startswith("__Host-portal=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert not any(each.lower().startswith("domain") for each in attributes)
    assert answer.headers["Cache-Control"] == "no-store"
