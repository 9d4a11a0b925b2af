"""Accepting an invitation: the link, as somebody known, as somebody new."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenants.clock import now
from tenants.directory import actor_by_email
from tenants.inviting import resend, revoke
from tests.fixtures.app import both_databases
from tests.fixtures.cast import PASSWORD, Cast
from tests.fixtures.client import sign_in
from tests.identity.common import (
    NEW_PASSWORD,
    browser,
    change,
    events,
    is_signed_in,
    post_sign_in,
)
from tests.tenants.invitation_scene import do, invited

NEW = "new@elsewhere.example"
PAGE = "/invitation/"


def open_link(app: Flask, client: FlaskClient, cast: Cast, email: str = NEW) -> str:
    """Invite somebody to Acme as an editor and open the link; return the token."""
    with app.app_context():
        token = invited(cast, email)
    assert client.get(PAGE + token).location == PAGE
    return token


def join(client: FlaskClient, **more: str) -> TestResponse:
    data = {"name": "Nia New", "password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    return client.post(PAGE, data=data | more)


@both_databases
def test_a_new_person_joins_and_is_signed_in(app: Flask, client: FlaskClient, cast: Cast):
    open_link(app, client, cast)
    page = client.get(PAGE)
    assert "Ada Admin invites" in page.text
    assert page.text.count('autocomplete="new-password"') == 2
    assert join(client).location == "/a/acme/"
    dashboard = client.get("/a/acme/")
    assert "You are Editor at Acme from now on." in dashboard.text
    assert is_signed_in(client)
    assert post_sign_in(browser(app), NEW, NEW_PASSWORD).status_code == 303
    told = events(app, "person.added", "invitation.accepted", "session.started")
    mine = [e.event for e in told if e.actor_label == NEW and e.account_id == cast.acme.id]
    assert sorted(mine) == ["invitation.accepted", "person.added", "session.started"]
    with app.app_context():
        actor = actor_by_email(NEW)
        assert actor is not None
        assert [h.given_by for h in actor.holdings] == [cast.admin.email]


@both_databases
def test_somebody_known_accepts_with_a_button(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.bolt_editor)
    open_link(app, client, cast, cast.bolt_editor.email)
    page = client.get(PAGE)
    assert "Accept the invitation" in page.text
    assert 'type="password"' not in page.text
    assert client.post(PAGE).location == "/a/acme/"
    assert client.get("/a/acme/").status_code == 200
    assert client.get("/a/bolt/").status_code == 200


def test_somebody_known_signs_in_first_and_comes_back(app: Flask, client: FlaskClient, cast: Cast):
    open_link(app, client, cast, cast.bolt_editor.email)
    page = client.get(PAGE)
    assert "/sign-in?next=/invitation/" in page.text
    assert "password" not in page.text
    assert join(client).status_code == 409
    signed = post_sign_in(client, cast.bolt_editor.email, PASSWORD, "/sign-in?next=/invitation/")
    assert signed.location == PAGE
    assert client.post(PAGE).location == "/a/acme/"


@both_databases
@pytest.mark.parametrize("whose", ["new", "known"])
def test_somebody_else_is_told_clearly(app: Flask, client: FlaskClient, cast: Cast, whose: str):
    sign_in(client, cast.viewer)
    open_link(app, client, cast, NEW if whose == "new" else cast.bolt_editor.email)
    page = client.get(PAGE)
    assert f"You are signed in as <strong>{cast.viewer.email}</strong>" in page.text
    assert "Accept the invitation" not in page.text
    assert join(client).status_code == 409
    assert events(app, "invitation.accepted") == []


def test_links_that_do_not_work_get_one_page(app: Flask, client: FlaskClient, cast: Cast):
    texts = set()

    def look(token: str) -> None:
        visitor = browser(app)
        visitor.get(PAGE + token, audit=False)
        answer = visitor.get(PAGE)
        assert answer.status_code == 410
        assert join(visitor).status_code == 410
        texts.add(answer.text)

    look("unknown")
    look(cast.acme.id.hex + "unknown")
    used = open_link(app, client, cast)
    join(client)
    look(used)
    with app.app_context():
        old = invited(cast, "second@elsewhere.example")
        new = do(cast, resend)
    look(old)
    with time_machine.travel(now() + timedelta(days=7), tick=False):
        look(new)
    with app.app_context():
        do(cast, revoke)
    look(new)
    assert len(texts) == 1
    assert "ask whoever invited you" in texts.pop()


def test_the_token_does_not_travel(app: Flask, client: FlaskClient, cast: Cast):
    token = open_link(app, client, cast)
    opened, page = client.get(PAGE + token), client.get(PAGE)
    for answer in (opened, page):
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
    assert token not in page.text
    assert token not in (opened.location or "")


def test_opening_the_link_does_not_use_it_up(app: Flask, client: FlaskClient, cast: Cast):
    token = open_link(app, client, cast)
    browser(app).get(PAGE + token)
    client.head(PAGE + token)
    assert join(client).status_code == 303


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": " "}, "Give your name"),
        ({"name": "x" * 201}, "at most 200"),
        ({"name": "a\x00"}, "NUL"),
        ({"password": "short", "repeated": "short"}, "at least 12"),
        ({"password": NEW, "repeated": NEW}, "Leave your name"),
        ({"repeated": "something else"}, "differ"),
    ],
)
def test_it_refuses_bad_input_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, data: dict[str, str], sentence: str
):
    open_link(app, client, cast)
    answer = join(client, **data)
    assert answer.status_code == 422
    assert sentence in answer.text
    if "name" not in data:
        assert "Nia New" in answer.text
    assert not is_signed_in(client)
    assert events(app, "invitation.accepted") == []
    assert join(client).status_code == 303


def test_it_needs_tokens_of_this_site(app: Flask, client: FlaskClient, cast: Cast):
    open_link(app, client, cast)
    data = {"name": "Nia", "password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    assert client.post(PAGE, data=data, csrf=False).status_code == 400


@both_databases
def test_an_inviter_who_may_no_longer_gives_nothing(app: Flask, client: FlaskClient, cast: Cast):
    open_link(app, client, cast)
    change(app, cast, cast.admin, deactivated_at=now())
    answer = join(client)
    assert answer.status_code == 409
    assert "does not work here any more" in answer.text
    (refused,) = events(app, "invitation.refused")
    assert (refused.outcome, refused.account_id) == ("refused", cast.acme.id)
    assert "does not work here any more" in refused.facts["cause"]
    with app.app_context():
        assert actor_by_email(NEW) is None
    assert not is_signed_in(client)


@both_databases
def test_of_two_who_join_at_once_one_wins(app: Flask, cast: Cast):
    first = browser(app)
    token = open_link(app, first, cast)
    second = browser(app)
    second.get(PAGE + token)
    ready, statuses = threading.Barrier(2), []

    def work(client: FlaskClient) -> None:
        ready.wait()
        statuses.append(join(client).status_code)

    threads = [threading.Thread(target=work, args=[each]) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) in ([303, 409], [303, 410])
    assert len(events(app, "invitation.accepted")) == 1
