"""Who may read a page: everybody, who knows its password, people of the account."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.content.site_changes import SiteChange
from tenants.db import db
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.site.scene import page_titled, reading_in


@pytest.fixture
def welcome(app: Flask, cast: Cast) -> uuid.UUID:
    with reading_in(app, cast.acme) as acme:
        return page_titled(acme, "Welcome").id


def ask(client: FlaskClient, page: uuid.UUID, **data: str):
    return client.post(f"/a/acme/pages/{page}/readers", data=data)


@both_databases
def test_members_read_inside_what_nobody_reads_outside(
    app: Flask, client: FlaskClient, cast: Cast, welcome: uuid.UUID
):
    sign_in(client, cast.publisher)
    assert ask(client, welcome, readers="members", reason="Prices").status_code == 302
    told = events(app, "page.readers_set")[-1]
    assert (told.reason, told.changes["readers"]) == (
        "Prices", ["everybody", "people of the account"],
    )  # fmt: skip
    outside = client.get("/s/acme/welcome/")
    assert (outside.status_code, outside.headers["Cache-Control"]) == (403, "no-store")
    assert 'href="http://localhost/a/acme/read/welcome/"' in outside.text
    assert "Set-Cookie" not in outside.headers
    sign_in(client, cast.viewer)
    inside = client.get("/a/acme/read/welcome/")
    assert inside.status_code == 200
    assert "For people of this account only." in inside.text
    assert "no-store" in inside.headers["Cache-Control"]
    sign_in(client, cast.bolt_admin)
    assert client.get("/a/acme/read/welcome/").status_code == 404
    with client.session_transaction() as cookie:
        cookie.clear()
    asked = client.get("/a/acme/read/welcome/")
    assert (asked.status_code, "sign-in" in asked.headers["Location"]) == (302, True)


def test_a_password_is_set_kept_and_taken_away(
    app: Flask, client: FlaskClient, cast: Cast, welcome: uuid.UUID
):
    sign_in(client, cast.publisher)
    for password, words in (("", "Type the password"), ("short", "Use 8 to 200")):
        answer = ask(client, welcome, readers="password", password=password, reason="Kept words")
        assert answer.status_code == 422
        assert words in answer.text
        assert "Kept words" in answer.text
    assert ask(client, welcome, readers="nobody").status_code == 422
    word = "four brown bears"
    assert ask(client, welcome, readers="password", password=word).status_code == 302
    assert ask(client, welcome, readers="password").status_code == 302
    assert len(events(app, "page.readers_set")) == 1
    assert "opens with a password" in client.get("/s/acme/welcome/").text
    opened = client.post("/s/acme/welcome/", data={"password": word}, csrf=False)
    assert "Welcome" in opened.text
    assert ask(client, welcome, readers="everybody").status_code == 302
    assert "Welcome</h1>" in client.get("/s/acme/welcome/").text
    assert word not in str([told.changes for told in events(app, "page.readers_set")])


def test_it_takes_the_right_to_publish(client: FlaskClient, cast: Cast, welcome: uuid.UUID):
    assert ask(sign_in(client, cast.editor), welcome, readers="members").status_code == 403
    assert ask(sign_in(client, cast.bolt_admin), welcome, readers="members").status_code == 404
    assert client.get("/s/acme/welcome/").status_code == 200


def test_what_is_for_everybody_is_read_on_the_site(client: FlaskClient, cast: Cast):
    sign_in(client, cast.viewer)
    answer = client.get("/a/acme/read/welcome/")
    assert answer.headers["Location"] == "http://localhost/s/acme/welcome/"
    assert client.get("/a/acme/read/nothing/").status_code == 404


@both_databases
def test_what_is_kept_of_a_page_is_let_go_when_it_is_closed(
    app: Flask, client: FlaskClient, cast: Cast, welcome: uuid.UUID
):
    with app.app_context(), across_tenants("a test looks"):
        before = db.session.scalar(select(func.count()).select_from(SiteChange))
    sign_in(client, cast.publisher)
    assert ask(client, welcome, readers="members").status_code == 302
    with app.app_context(), across_tenants("a test looks"):
        assert db.session.scalar(select(func.count()).select_from(SiteChange)) == (before or 0) + 1
