"""Answers caches may keep but must ask about; no cookie, no session, no script."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.headers import SITE_CSP
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.site.scene import live, writing

PATHS = ("/", "/posts/", "/posts/first-snow/", "/welcome/", "/feed.atom", "/sitemap.xml",
         "/robots.txt")  # fmt: skip
OTHERS = ("/nothing/", "/old-news/", "/welcome", "/..", "/archive/")


@pytest.fixture
def reader(app: Flask, client: FlaskClient, cast: Cast) -> FlaskClient:
    with writing(app, cast.acme) as acme:
        live(acme, "First snow")
    return client


@pytest.mark.parametrize("path", PATHS)
def test_an_unchanged_answer_is_sent_once(reader: FlaskClient, path: str):
    first = reader.get(f"/s/acme{path}")
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    etag = first.headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        again = reader.get(f"/s/acme{path}", headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    other = reader.get(f"/s/acme{path}", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.data) == (200, first.data)


@pytest.mark.parametrize("path", ["/", "/posts/first-snow/", "/feed.atom"])
def test_a_changed_site_is_sent_anew(app: Flask, reader: FlaskClient, cast: Cast, path: str):
    before = reader.get(f"/s/acme{path}")
    with writing(app, cast.acme) as acme:
        live(acme, "Second snow")
    since = {"If-None-Match": before.headers["ETag"]}
    assert reader.get(f"/s/acme{path}", headers=since).status_code == 200


def test_a_date_alone_does_not_hide_a_change(app: Flask, reader: FlaskClient, cast: Cast):
    """A new menu entry changes a page without moving the date its text was changed on."""
    before = reader.get("/s/acme/posts/first-snow/")
    with writing(app, cast.acme) as acme:
        live(acme, "In the menu", kind="page")
    after = reader.get(
        "/s/acme/posts/first-snow/", headers={"If-Modified-Since": before.headers["Last-Modified"]}
    )
    assert after.status_code == 200
    assert "In the menu" in after.text


@pytest.mark.parametrize("path", PATHS)
def test_head_tells_what_get_would_send(reader: FlaskClient, path: str):
    got, head = reader.get(f"/s/acme{path}"), reader.head(f"/s/acme{path}", audit=False)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control", "Last-Modified"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize("path", PATHS + OTHERS)
def test_nothing_depends_on_who_reads(reader: FlaskClient, cast: Cast, path: str):
    stranger = reader.get(f"/s/acme{path}")
    known = sign_in(reader, cast.admin).get(f"/s/acme{path}")
    assert known.data == stranger.data
    for answer in (stranger, known):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"
        assert answer.headers["Content-Security-Policy"] == SITE_CSP
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script" not in answer.text.replace('<script type="application/ld+json">', "")


def test_elsewhere_people_still_have_their_session(reader: FlaskClient, cast: Cast):
    browser = sign_in(reader, cast.admin)
    browser.get("/s/acme/")
    with browser.session_transaction() as cookie:
        assert cookie["_user_id"]
