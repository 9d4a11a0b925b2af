"""Which address leads where, whatever readers and attackers type."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.drafting import Text, save_draft
from portal.content.pages import revision_by_id
from portal.content.publishing import publish, unpublish
from portal.content.sites import Redirect
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS
from tests.site.scene import Said, live, page_titled, term, writing

HOSTILE = (
    "//evil.example", "//evil.example/", "/%2f%2fevil.example", "/%5c%5cevil.example/", "/\\evil/",
    "/..", "/../", "/../../etc/passwd", "/a/../welcome/", "/%2e%2e/%2e%2e/", "/.", "/./welcome/",
    "/welcome%00/", "/%00", "/%0d%0aSet-Cookie:a=b", "/%ff%fe", "/%f0%9f%98%80/", "/welcome/x.css",
    "/tags/", "/tags/%00/", "/tags/..%2f..%2f/", "/categories/", "/archive/0000/00/",
    "/archive/9999/12/", "/archive/2026/13/", "/archive/-1/01/", "/feed.atom/", "/posts/%20/",
    "/" + "a" * 10_000, "/" + "a/" * 5_000, "/tags/" + "é" * 3_000 + "/",
    "/?before=x", "/posts/?before=" + "9" * 400, "/posts/?before=1-" + "0" * 32,
    "/posts/?after=99999999999999999-" + "f" * 32, "/posts/?before=%00", "/posts/?before=1-zz",
)  # fmt: skip


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    return client


@both_databases
def test_no_address_breaks_the_site_or_leads_away(reader: FlaskClient, cast: Cast):
    for path in HOSTILE:
        for prefix in ("/s/acme", "/s/nobody", "/s/acme/posts"):
            answer = reader.get(prefix + path)
            assert answer.status_code in {200, 301, 404}, (prefix, path[:60], answer.status_code)
            place = answer.headers.get("Location")
            assert place is None or place.startswith("/s/acme/"), (path, place)


@pytest.mark.parametrize(
    "handle", ["nobody", "house", "ACME", "acme%20", "-acme", "a" * 500, "..", "%00", "é"]
)
def test_handles_without_a_site_look_all_the_same(reader: FlaskClient, cast: Cast, handle: str):
    answer, other = reader.get(f"/s/{handle}/"), reader.get("/s/nosuch/")
    assert answer.status_code == other.status_code == 404
    assert answer.data == other.data


def test_a_page_has_one_address(reader: FlaskClient, cast: Cast):
    assert reader.get("/s/acme/welcome/").status_code == 200
    for spelling in ("/welcome", "/Welcome/", "//welcome/", "/welcome//", "/WELCOME"):
        answer = reader.get(f"/s/acme{spelling}?a=1")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/s/acme/welcome/")
    for spelling, right in (("", "/"), ("/posts", "/posts/"), ("/posts//", "/posts/")):
        answer = reader.get(f"/s/acme{spelling}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/s/acme{right}")


def test_pages_stand_below_pages_and_know_it(app: Flask, reader: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        about = live(acme, "About", kind="page")
        team = live(acme, "Team", kind="page", parent=about)
        live(acme, "Ünïcode & ampersand", Said(slug="日本"), kind="page", parent=team)
    assert 'href="/s/acme/about/team/"' in reader.get("/s/acme/about/").text
    page = reader.get("/s/acme/about/team/")
    assert 'href="/s/acme/about/"' in page.text
    below = f"/s/acme/about/team/{quote('日本')}/"
    assert f'href="{below}"' in page.text
    deep = reader.get(below)
    assert "Ünïcode &amp; ampersand</h1>" in deep.text
    assert f'<link rel="canonical" href="http://localhost{below}">' in deep.text
    assert reader.get("/s/acme/team/").status_code == 404


@both_databases
def test_an_old_address_leads_to_where_the_page_is_now(app: Flask, reader: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        page = page_titled(acme, "Welcome")
        for slug in ("hello", "good-day", "welcome-back"):
            _rename(acme, page, slug)
        db.session.add(
            Redirect(
                tenant_id=acme.tenant_id, account_id=acme.id, page_id=page.id,
                address="/2013/01/Welcome.html",
            )
        )  # fmt: skip
    for old in ("/welcome/", "/hello/", "/good-day", "/2013/01/Welcome.html"):
        answer = reader.get(f"/s/acme{old}")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/s/acme/welcome-back/")
    with writing(app, cast.acme) as acme:
        _rename(acme, page_titled(acme, "Welcome"), "welcome")
    assert reader.get("/s/acme/welcome/").status_code == 200
    assert reader.get("/s/acme/welcome-back/").headers["Location"] == "/s/acme/welcome/"


def test_a_page_taken_down_is_gone_at_every_address_it_had(
    app: Flask, reader: FlaskClient, cast: Cast
):
    with writing(app, cast.acme) as acme:
        page = page_titled(acme, "Welcome")
        _rename(acme, page, "hello")
        unpublish(page, acme, by=TESTS)
    for old in ("/welcome/", "/hello/", "/old-news/"):
        answer = reader.get(f"/s/acme{old}")
        assert answer.status_code == 410
        assert "taken down" in answer.text
    assert reader.get("/s/acme/plans-for-spring/").status_code == 404


def test_a_missing_page_suggests_where_to_go(app: Flask, reader: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        live(acme, "First snow")
    answer = reader.get("/s/acme/2019/12/first-snow/")
    assert answer.status_code == 404
    assert "Were you looking for this?" in answer.text
    assert answer.text.count('href="/s/acme/posts/first-snow/"') == 2


def test_a_neighbours_page_is_not_here(app: Flask, reader: FlaskClient, cast: Cast):
    with writing(app, cast.berlin) as berlin:
        tag = term(berlin, "tag", "local", "Local")
        page = live(berlin, "Only in Berlin", Said(terms=(tag,)))
    assert reader.get("/s/acme-berlin/posts/only-in-berlin/").status_code == 200
    assert reader.get("/s/acme-berlin/tags/local/").status_code == 200
    for handle in ("acme", "acme-berlin-mitte", "acme-hamburg", "bolt"):
        for address in (
            "/posts/only-in-berlin/", f"/{page.id}/", f"/posts/{page.id}/", "/tags/local/",
        ):  # fmt: skip
            assert reader.get(f"/s/{handle}{address}").status_code == 404
        for address in ("/", "/posts/", "/feed.atom", "/sitemap.xml", "/x/only-in-berlin/"):
            text = reader.get(f"/s/{handle}{address}").text
            assert "Berlin</a>" not in text.replace("Acme Berlin", "")
            assert "Only in Berlin" not in text


def test_a_site_takes_no_forms(reader: FlaskClient, cast: Cast):
    for path in ("/welcome/", "/"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = reader.open(f"/s/acme{path}", method=method, csrf=False)
            assert answer.status_code in {404, 405}, (path, method)
            assert answer.status_code == 404 or "GET" in answer.headers["Allow"]


def _rename(acme, page, slug: str) -> None:
    text = Text(title="Welcome", slug=slug, body="<p>Welcome.</p>")
    save_draft(page, text, acme, by=TESTS, based_on=page.draft_revision_id)
    revision = revision_by_id(page.draft_revision_id, page)
    assert revision is not None
    publish(page, revision, acme, by=TESTS)
