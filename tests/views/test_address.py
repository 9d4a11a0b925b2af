"""Another e-mail address: asked, confirmed at the new one, stopped or undone at the old."""

from __future__ import annotations

from datetime import timedelta

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

NEW = "edda@new.example"


def ask(client: FlaskClient, email: str = NEW, password: str = PASSWORD) -> TestResponse:
    return client.post("/me/email", data={"email": email, "current": password})


def links(app: Flask) -> dict[str, str]:
    """The link in each mail that has one, by recipient."""
    return {mail.recipient: link_in(mail) for mail in mails(app) if "http" in mail.text}


def follow(app: Flask, link: str, client: FlaskClient | None = None) -> TestResponse:
    """Open a link and press its button."""
    client = client or browser(app)
    opened = client.get(link)
    page = client.get(opened.location)
    return client.post(opened.location) if page.status_code == 200 else page


@both_databases
def test_it_is_confirmed_and_undone(app: Flask, client: FlaskClient, cast: Cast):
    other = sign_in(browser(app), cast.editor)
    sign_in(client, cast.editor)
    assert ask(client, NEW.upper()).location == "/me/"
    sent = links(app)
    assert set(sent) == {NEW, cast.editor.email}
    assert cast.editor.email in client.get("/me/").text
    assert follow(app, sent[NEW], client).location == "/me/"
    assert NEW in client.get("/me/").text
    assert not is_signed_in(other)
    assert post_sign_in(browser(app), cast.editor.email).status_code == 422
    assert post_sign_in(browser(app), NEW).status_code == 303
    assert follow(app, sent[NEW]).status_code == 410
    with time_machine.travel(now() + timedelta(days=6, hours=23)):
        assert follow(app, sent[cast.editor.email]).location == "/sign-in"
        assert not is_signed_in(client)
        assert post_sign_in(browser(app), cast.editor.email).status_code == 422
        assert mails(app)[-1].recipient == cast.editor.email
        assert "/sign-in/reset/" in mails(app)[-1].text
        assert follow(app, sent[cast.editor.email]).status_code == 410
    asked, changed, restored = events(app, "email.change_asked", "email.changed", "email.restored")
    assert asked.facts == {"email": NEW}
    assert changed.changes == {"email": [cast.editor.email, NEW]}
    assert restored.changes["email"] == [NEW, cast.editor.email]
    assert restored.changes["password_hash"] == ["<hidden>"] * 2


def test_it_is_stopped_before_it_happens(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    ask(client)
    sent = links(app)
    assert follow(app, sent[cast.editor.email]).location == "/sign-in"
    assert follow(app, sent[NEW]).status_code == 410
    assert post_sign_in(browser(app), cast.editor.email).status_code == 303


def test_a_chain_of_changes_is_undone_from_its_first_address(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.editor)
    ask(client)
    first = links(app)
    follow(app, first[NEW], client)
    ask(client, "third@new.example")
    second = links(app)
    follow(app, second["third@new.example"], client)
    assert follow(app, first[cast.editor.email]).location == "/sign-in"
    assert follow(app, second[NEW]).status_code == 410
    assert events(app, "email.restored")[-1].changes["email"][1] == cast.editor.email


@both_databases
def test_a_taken_address_is_answered_alike(app: Flask, cast: Cast):
    seen = []
    for email in (NEW, cast.viewer.email):
        client = sign_in(browser(app), cast.editor)
        answer = ask(client, email)
        page = client.get("/me/").text
        seen.append((answer.status_code, answer.location, f"on its way to {email}" in page))
    assert seen[0] == seen[1]
    assert "yours there already" in next(
        m.text for m in mails(app) if m.recipient == cast.viewer.email
    )


def test_taken_meanwhile_is_a_link_that_does_not_work(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    ask(client)
    change(app, cast, cast.viewer, email=NEW)
    assert follow(app, links(app)[NEW]).status_code == 410
    assert events(app, "email.changed") == []


@pytest.mark.parametrize("values", [{"password_hash": "x"}, {"email": "other@acme.example"}])
def test_a_new_password_or_address_kills_the_link(
    app: Flask, client: FlaskClient, cast: Cast, values: dict[str, str]
):
    sign_in(client, cast.editor)
    ask(client)
    change(app, cast, cast.editor, **values)
    assert follow(app, links(app)[NEW]).status_code == 410


def test_links_do_not_live_for_ever(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    ask(client)
    sent = links(app)
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        assert follow(app, sent[NEW]).status_code == 410
        assert follow(app, sent[cast.editor.email]).status_code == 410
    follow(app, sent[NEW])
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert follow(app, sent[cast.editor.email]).status_code == 410


@pytest.mark.parametrize("link", ["/email/confirm/x", "/email/stop/é", "/email/stop/" + "0" * 40])
def test_a_made_up_link_does_not_work(app: Flask, link: str):
    assert follow(app, link).status_code == 410
    assert browser(app).post("/email/confirm").status_code == 410


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        (NEW, "wrong", "not your password"),
        (NEW, "", "Give the password"),
        ("", PASSWORD, "Give an e-mail"),
        ("nobody", PASSWORD, "not an e-mail address"),
        ("EDITOR@acme.example", PASSWORD, "your address now"),
        (NEW, NEW_PASSWORD, "not your password"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, email: str, password: str, sentence: str
):
    sign_in(client, cast.editor)
    answer = ask(client, email, password)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert mails(app) == []


def test_it_needs_signing_in_and_a_token_of_this_site(client: FlaskClient, cast: Cast):
    assert client.get("/me/email").location == "/sign-in?next=/me/email"
    assert client.post("/me/email").status_code == 401
    sign_in(client, cast.editor)
    assert client.post("/me/email", csrf=False).status_code == 400
