"""Redirects: by themselves, by hand, never in a loop and never off the site."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.drafting import Text, save_draft
from portal.content.pages import page_by_id
from portal.content.publishing import publish
from portal.content.sites import Redirect
from tenants.db import db
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.identity.common import events
from tests.views.test_pages import page_id

HOME, NEW = "/a/acme/redirects/", "/a/acme/redirects/new"


def readdress(app: Flask, cast: Cast, page: uuid.UUID, slug: str) -> None:
    """Publish the page at another address."""
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(page, cast.acme.id)
        assert row is not None
        text = Text(title="Welcome", slug=slug, body="<p>x</p>")
        saved = save_draft(row, text, cast.acme, by=TESTS, based_on=row.draft_revision_id)
        publish(row, saved.revision, cast.acme, by=TESTS)
        db.session.commit()


def added(app: Flask) -> dict[str, uuid.UUID]:
    with app.app_context(), across_tenants("tests"):
        return {row.address: row.id for row in db.session.scalars(select(Redirect))}


@both_databases
def test_a_change_of_address_leads_on_without_chains(app: Flask, client: FlaskClient, cast: Cast):
    page = page_id(app, cast)
    readdress(app, cast, page, "hello")
    readdress(app, cast, page, "good-day")
    sign_in(client, cast.publisher)
    assert "/welcome/" in client.get(HOME).text
    for old in ("welcome", "hello"):
        moved = client.get(f"/s/acme/{old}/")
        assert (moved.status_code, moved.location) == (301, "/s/acme/good-day/")
    answer = client.post(
        NEW, data={"old": "Printed/ON//paper", "to": "/welcome", "reason": "Flyer."}
    )
    assert answer.status_code == 303
    assert client.get("/s/acme/printed/on/paper/").location == "/s/acme/good-day/"
    readdress(app, cast, page, "welcome")
    assert client.get("/s/acme/welcome/").status_code == 200, "no loop back to where it was"
    for old in ("hello", "good-day", "printed/on/paper"):
        assert client.get(f"/s/acme/{old}/").location == "/s/acme/welcome/"
    told = events(app, "redirect.added")[-1]
    assert (told.target_label, told.reason) == ("/printed/on/paper/", "Flyer.")


def test_it_can_be_removed(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    client.post(NEW, data={"old": "/old-one/", "to": "/welcome/"})
    row = added(app)["/old-one/"]
    assert client.get(f"{HOME}{row}/remove").status_code == 405
    assert client.post(f"{HOME}{row}/remove").status_code == 303
    assert client.get("/s/acme/old-one/").status_code == 404
    assert events(app, "redirect.removed")[-1].target_label == "/old-one/"


@pytest.mark.parametrize(
    ("old", "to", "sentence"),
    [
        ("/x/", "https://evil.example/", "stays on this site"),
        ("/x/", "//evil.example/", "stays on this site"),
        ("/x/", "\\\\evil.example", "stays on this site"),
        ("javascript:alert(1)", "/welcome/", "stays on this site"),
        ("/x/", "/nowhere/", "No page of this site is live"),
        ("/x/", "/plans-for-spring/", "No page of this site is live"),
        ("/x/", "/old-news/", "No page of this site is live"),
        ("/welcome/", "/welcome/", "A page is live at /welcome/"),
        ("/", "/welcome/", "The site uses the address"),
        ("/posts/", "/welcome/", "The site uses the address"),
        ("/a/../b/", "/welcome/", "no path of a site"),
        ("/a?b=c", "/welcome/", "no path of a site"),
        ("/x" * 1400, "/welcome/", "too long"),
        (f"/{'雪' * 120}" * 8, "/welcome/", "too long"),
        ("/x" * 50_000, "/welcome/", "Use at most 3,000"),
        ("/x\x00", "/welcome/", "NUL character"),
        ("/taken/", "/welcome/", "leads somewhere already"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, old: str, to: str, sentence: str
):
    sign_in(client, cast.publisher)
    client.post(NEW, data={"old": "/taken/", "to": "/welcome/"})
    before = added(app)
    answer = client.post(NEW, data={"old": old, "to": to, "reason": "Kept reason."})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept reason." in answer.text
    assert added(app) == before


def test_who_may(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher).post(NEW, data={"old": "/old-one/", "to": "/welcome/"})
    row = added(app)["/old-one/"]
    for who, status in (("editor", 403), ("viewer", 403), ("bolt_admin", 404)):
        sign_in(client, cast.people[who])
        assert client.post(NEW, data={"old": "/y/", "to": "/welcome/"}).status_code == status
        assert client.post(f"{HOME}{row}/remove").status_code == status
    assert "/old-one/" not in client.get("/a/bolt/redirects/").text
    assert client.post(f"/a/bolt/redirects/{row}/remove").status_code == 404
    assert "page.publish" in sign_in(client, cast.viewer).get(HOME).text
