"""What people set for themselves."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenants.clock import now
from tests.fixtures.app import both_databases
from tests.fixtures.cast import PASSWORD, Cast
from tests.fixtures.client import sign_in
from tests.identity.common import (
    NEW_PASSWORD,
    browser,
    events,
    is_signed_in,
    mails,
    post_sign_in,
)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
POSTS = [
    "/me/",
    "/me/password",
    "/me/devices/end",
    f"/me/devices/{'0' * 8}-{'0' * 4}-7000-8000-{'0' * 12}/end",
]


def change_password(
    client: FlaskClient, current: str = PASSWORD, new: str = NEW_PASSWORD, **more: Any
) -> TestResponse:
    data = {"current": current, "password": new, "repeated": new}
    return client.post("/me/password", data=data, **more)


def device_forms(page: str) -> list[str]:
    return re.findall(r'action="(/me/devices/[0-9a-f-]{36}/end)"', page)


@pytest.mark.parametrize("path", POSTS)
def test_writing_needs_signing_in(client: FlaskClient, path: str):
    assert client.post(path, audit=False).status_code == 401


@pytest.mark.parametrize("path", ["/me/", "/me/password"])
def test_reading_needs_signing_in(client: FlaskClient, path: str):
    assert client.get(path).location == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", POSTS)
def test_writing_needs_a_token_of_this_site(client: FlaskClient, cast: Cast, path: str):
    sign_in(client, cast.editor)
    assert client.post(path, csrf=False).status_code == 400


@both_databases
def test_name_and_zone_are_kept(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    name = "אדה \u202eEdda 🦊"
    answer = client.post("/me/", data={"name": f" {name} ", "zone": "Asia/Tokyo"})
    assert answer.location == "/me/"
    page = client.get("/me/").text
    assert f'value="{name}"' in page
    assert re.search(r'<option selected value="Asia/Tokyo">', page)
    (event,) = events(app, "person.changed")
    assert event.changes == {"name": [cast.editor.name, name], "zone": ["UTC", "Asia/Tokyo"]}
    assert event.actor_id == cast.editor.id


def test_saving_the_same_again_is_no_event(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    client.post("/me/", data={"name": cast.editor.name, "zone": "UTC"})
    assert events(app, "person.changed") == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "", "zone": "UTC"}, "Give your name"),
        ({"name": "  ", "zone": "UTC"}, "Give your name"),
        ({"name": "a\x00b", "zone": "UTC"}, "NUL"),
        ({"name": "x" * 100_000, "zone": "UTC"}, "at most 200"),
        ({"name": "Ada", "zone": "Mars/Olympus"}, "Choose a time zone"),
    ],
)
def test_bad_settings_get_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, data: dict[str, str], sentence: str
):
    sign_in(client, cast.editor)
    answer = client.post("/me/", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert events(app, "person.changed") == []


@both_databases
def test_changing_the_password_works(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    other = sign_in(browser(app), cast.editor)
    stranger = sign_in(browser(app), cast.viewer)
    before = client.get_cookie("portal")
    assert change_password(client).location == "/me/"
    assert "Your other device was signed out" in client.get("/me/").text
    assert not is_signed_in(other)
    assert is_signed_in(stranger)
    (mail,) = mails(app)
    assert mail.recipient == cast.editor.email
    assert "http://localhost/sign-in/reset" in mail.text
    (event,) = events(app, "password.changed")
    assert event.changes == {"password_hash": ["<hidden>", "<hidden>"]}
    fresh = browser(app)
    assert post_sign_in(fresh, cast.editor.email).status_code == 422
    assert post_sign_in(fresh, cast.editor.email, NEW_PASSWORD).status_code == 303
    old = browser(app)
    assert before is not None
    old.set_cookie("portal", before.value)
    assert not is_signed_in(old)


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("wrong", NEW_PASSWORD, "not your password"),
        ("", NEW_PASSWORD, "Give the password you have now"),
        (PASSWORD, PASSWORD, "the password you have now"),
        (PASSWORD, "short", "at least 12"),
        (PASSWORD, "editor@acme.example", "Leave your name"),
        (PASSWORD, "passwordpassword", "soon guessed"),
        (PASSWORD, "\x00" * 20, "NUL"),
        ("x" * 100_000, NEW_PASSWORD, "not your password"),
        (PASSWORD, "x" * 100_000, "at most 256"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    app: Flask, client: FlaskClient, cast: Cast, current: str, new: str, sentence: str
):
    sign_in(client, cast.editor)
    answer = change_password(client, current, new)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert events(app, "password.changed") == []
    assert mails(app) == []


def test_the_old_password_cannot_be_tried_without_end(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    answers = [change_password(client, "wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    other = sign_in(browser(app), cast.editor)
    assert change_password(other).status_code == 429


def test_devices_are_listed_by_name(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(browser(app), cast.viewer)
    sign_in(browser(app), cast.editor)
    post_sign_in(client, cast.editor.email, headers={"User-Agent": FIREFOX})
    page = client.get("/me/").text
    assert len(device_forms(page)) == 2
    assert "Firefox on Linux" in page
    assert page.count("This device") == 1


@both_databases
def test_one_device_can_be_signed_out(app: Flask, client: FlaskClient, cast: Cast):
    other = sign_in(browser(app), cast.editor)
    (path,) = device_forms(other.get("/me/").text)
    sign_in(client, cast.editor)
    assert client.post(path).location == "/me/"
    assert not is_signed_in(other)
    assert is_signed_in(client)
    (event,) = events(app, "session.ended")
    assert event.sentence.startswith("signed out 1 device of editor@acme.example")
    assert client.post(path).status_code == 404


def test_signing_out_this_device_from_the_list_signs_out(client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    (path,) = device_forms(client.get("/me/").text)
    assert client.post(path).location == "/sign-in"
    assert not is_signed_in(client)


def test_another_person_s_device_does_not_exist(app: Flask, client: FlaskClient, cast: Cast):
    other = sign_in(browser(app), cast.viewer)
    (theirs,) = device_forms(other.get("/me/").text)
    sign_in(client, cast.editor)
    foreign = client.post(theirs)
    missing = client.post(POSTS[3])
    assert foreign.status_code == missing.status_code == 404
    assert client.post("/me/devices/not-an-id/end").status_code == 404
    assert is_signed_in(other)


def test_everywhere_means_everywhere(app: Flask, client: FlaskClient, cast: Cast):
    others = [sign_in(browser(app), cast.editor) for _ in range(2)]
    stranger = sign_in(browser(app), cast.viewer)
    sign_in(client, cast.editor)
    assert client.post("/me/devices/end").location == "/sign-in"
    assert not any(is_signed_in(each) for each in [client, *others])
    assert is_signed_in(stranger)
    (event,) = events(app, "session.ended")
    assert event.facts == {"devices": "3 devices", "how": "everywhere"}


def test_using_a_device_keeps_it_signed_in(client: FlaskClient, cast: Cast):
    begun = now()
    with time_machine.travel(begun, tick=False):
        post_sign_in(client, cast.owner.email)
    for minutes in range(50, 12 * 60, 50):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert is_signed_in(client)
    with time_machine.travel(begun + timedelta(hours=12), tick=False):
        assert not is_signed_in(client)
