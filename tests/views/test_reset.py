"""A new password by mail."""

from __future__ import annotations

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
    change,
    events,
    is_signed_in,
    link_in,
    mails,
    post_sign_in,
)


def ask(client: FlaskClient, email: str, **more: Any) -> TestResponse:
    return client.post("/sign-in/reset", data={"email": email}, **more)


def choose(client: FlaskClient, password: str = NEW_PASSWORD, again: str = "") -> TestResponse:
    data = {"password": password, "repeated": again or password}
    return client.post("/sign-in/new-password", data=data)


@both_databases
def test_it_works(app: Flask, client: FlaskClient, cast: Cast):
    elsewhere = sign_in(browser(app), cast.editor)
    assert ask(client, f" {cast.editor.email.upper()}").location == "/sign-in/reset/asked"
    assert client.get("/sign-in/reset/asked").status_code == 200
    (mail,) = mails(app)
    assert mail.recipient == cast.editor.email
    opened = client.get(link_in(mail))
    assert opened.location == "/sign-in/new-password"
    page = client.get(opened.location)
    assert cast.editor.email in page.text
    assert page.text.count('autocomplete="new-password"') == 2
    assert choose(client).location == "/sign-in"
    assert "Your new password is set" in client.get("/sign-in").text
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert post_sign_in(client, cast.editor.email).status_code == 422
    assert post_sign_in(client, cast.editor.email, NEW_PASSWORD).status_code == 303
    told = mails(app)[1]
    assert "was changed" in told.subject
    assert told.recipient == cast.editor.email
    (asked, changed) = events(app, "password.reset_asked", "password.changed")
    assert asked.actor_id is None
    assert changed.actor_id == cast.editor.id
    assert changed.changes == {"password_hash": ["<hidden>", "<hidden>"]}


def test_the_answer_is_the_same_for_everybody(app: Flask, cast: Cast):
    change(app, cast, cast.viewer, deactivated_at=now())
    emails = (cast.editor.email, cast.viewer.email, "nobody@acme.example")
    answers = [ask(browser(app), email) for email in emails]
    assert {(a.status_code, a.location, a.text) for a in answers} == {
        (303, "/sign-in/reset/asked", answers[0].text)
    }
    assert [mail.recipient for mail in mails(app)] == [cast.editor.email]
    assert len(events(app, "password.reset_asked")) == 3


@pytest.mark.parametrize("name", ["HOST", "X_FORWARDED_HOST", "X_ORIGINAL_HOST", "FORWARDED"])
def test_the_link_leads_to_the_configured_host_only(
    app: Flask, client: FlaskClient, cast: Cast, name: str
):
    app.config["WTF_CSRF_ENABLED"] = False  # the cookie belongs to the right host only
    answer = ask(client, cast.editor.email, environ_overrides={f"HTTP_{name}": "evil.example"})
    assert answer.request.headers[name.replace("_", "-")] == "evil.example"
    (mail,) = mails(app)
    assert "http://localhost/sign-in/reset/" in mail.text
    assert "evil" not in mail.text


def test_the_token_does_not_travel(app: Flask, client: FlaskClient, cast: Cast):
    ask(client, cast.editor.email)
    link = link_in(mails(app)[0])
    token = link.rsplit("/", 1)[1]
    opened = client.get(link)
    page = client.get(opened.location)
    for answer in (opened, page):
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
    assert token not in page.text
    assert token not in (opened.location or "")


def test_opening_the_link_does_not_use_it_up(app: Flask, client: FlaskClient, cast: Cast):
    ask(client, cast.editor.email)
    link = link_in(mails(app)[0])
    for reader in (browser(app), browser(app)):
        reader.get(link)
        reader.get("/sign-in/new-password")
        reader.head(link)
    client.get(link)
    assert choose(client).status_code == 303


@both_databases
def test_a_link_works_once(app: Flask, client: FlaskClient, cast: Cast):
    ask(client, cast.editor.email)
    link = link_in(mails(app)[0])
    second = browser(app)
    for each in (client, second):
        each.get(link)
        assert each.get("/sign-in/new-password").status_code == 200
    assert choose(client).status_code == 303
    late = choose(second, "nine purple lamps glow")
    assert late.status_code == 410
    assert "This link does not work" in late.text
    assert post_sign_in(client, cast.editor.email, NEW_PASSWORD).status_code == 303


def test_only_the_newest_link_works(app: Flask, client: FlaskClient, cast: Cast):
    ask(client, cast.editor.email)
    ask(client, cast.editor.email)
    first, second = (link_in(mail) for mail in mails(app))
    client.get(first)
    assert choose(client).status_code == 410
    client.get(second)
    assert choose(client).status_code == 303


@pytest.mark.parametrize(
    "values", [{"email": "other@acme.example"}, {"password_hash": "x"}, {"deactivated_at": now()}]
)
def test_a_link_dies_with_what_it_was_for(
    app: Flask, client: FlaskClient, cast: Cast, values: dict[str, Any]
):
    ask(client, cast.editor.email)
    client.get(link_in(mails(app)[0]))
    change(app, cast, cast.editor, **values)
    assert choose(client).status_code == 410


def test_a_link_lives_an_hour(app: Flask, client: FlaskClient, cast: Cast):
    begun = now()
    with time_machine.travel(begun, tick=False):
        ask(client, cast.editor.email)
        client.get(link_in(mails(app)[0]))
    with time_machine.travel(begun + timedelta(hours=1), tick=False):
        assert choose(client).status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "", "at least 12"),
        (NEW_PASSWORD, "something else", "differ"),
        ("editor@acme.example", "", "Leave your name"),
        ("", "", "Give a new password"),
        ("\x00" * 20, "", "NUL"),
        ("x1 y2 " * 20_000, "", "at most 256"),
    ],
)
def test_bad_passwords_get_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, password: str, again: str, sentence: str
):
    ask(client, cast.editor.email)
    client.get(link_in(mails(app)[0]))
    answer = choose(client, password, again)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert post_sign_in(client, cast.editor.email, PASSWORD).status_code == 303


@pytest.mark.parametrize("token", ["x", "0" * 80, "%00", "é", "9" * 5000, "..%2f..%2fetc"])
def test_what_is_no_link_gets_the_page_that_says_so(client: FlaskClient, token: str):
    opened = client.get(f"/sign-in/reset/{token}", audit=False)
    assert opened.status_code in {303, 404}
    assert client.get("/sign-in/new-password").status_code == 410


@pytest.mark.parametrize("email", ["", "\x00", "x" * 100_000, "no address", "a\n@b.example"])
def test_odd_addresses_get_a_sentence(app: Flask, client: FlaskClient, email: str):
    answer = ask(client, email)
    assert answer.status_code == 422
    assert "No mail was sent yet" in answer.text
    assert mails(app) == []


def test_it_needs_tokens_of_this_site(app: Flask, client: FlaskClient, cast: Cast):
    assert ask(client, cast.editor.email, csrf=False).status_code == 400
    ask(client, cast.editor.email)
    client.get(link_in(mails(app)[0]))
    data = {"password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    assert client.post("/sign-in/new-password", data=data, csrf=False).status_code == 400
    assert post_sign_in(client, cast.editor.email, PASSWORD).status_code == 303


def test_mails_are_not_sent_without_end(app: Flask, cast: Cast):
    answers = [ask(browser(app), cast.editor.email).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    assert len(mails(app)) == 5
    unknown = [ask(browser(app), "nobody@acme.example").status_code for _ in range(6)]
    assert unknown == answers
