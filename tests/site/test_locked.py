"""A page behind a password: nothing of it shows, but to who knows the password."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants.clock import now
from tests.fixtures.cast import Cast
from tests.site.scene import Said, live, term, writing

WORD = "four brown bears dance"
SECRET = Said("<p>Hidden words</p>", excerpt="Hidden excerpt", byline="Hidden Writer")


@pytest.fixture
def reader(app: Flask, client: FlaskClient, cast: Cast) -> FlaskClient:
    with writing(app, cast.acme) as acme:
        tag = term(acme, "tag", "news", "News")
        said = Said(SECRET.body, excerpt=SECRET.excerpt, byline=SECRET.byline, terms=(tag,))
        live(acme, "Open post", at=now())
        live(acme, "Locked post", said, at=now(), password=WORD)
        live(acme, "Locked page", said, kind="page", password=WORD)
    return client


def knock(reader: FlaskClient, password: str, path: str = "/posts/locked-post/", **options):
    return reader.post(f"/s/acme{path}", data={"password": password}, csrf=False, **options)


def test_nothing_of_it_shows(reader: FlaskClient):
    paths = ("/", "/posts/", "/posts/locked-post/", "/locked-page/", "/tags/news/", "/feed.atom",
             "/posts/open-post/", "/archive/", "/sitemap.xml", "/nothing/")  # fmt: skip
    for path in paths:
        text = reader.get(f"/s/acme{path}", follow_redirects=True).text
        assert "Hidden" not in text, path
        assert "Locked" not in text, path
    assert "opens with a password" in reader.get("/s/acme/locked-page/").text


def test_the_form_is_kept_by_nobody(reader: FlaskClient):
    for method in ("GET", "HEAD"):
        answer = reader.open("/s/acme/posts/locked-post/", method=method, audit=method == "GET")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert "ETag" not in answer.headers
    assert '<meta name="robots" content="noindex">' in reader.get("/s/acme/locked-page/").text


@pytest.mark.parametrize("path", ["/posts/locked-post/", "/locked-page/"])
def test_the_password_opens_the_page_once(reader: FlaskClient, path: str):
    answer = knock(reader, WORD, path)
    assert answer.status_code == 200
    assert "Hidden words" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "ETag" not in answer.headers
    assert "Hidden words" not in reader.get(f"/s/acme{path}").text


@pytest.mark.parametrize("password", ["", "wrong", WORD + " ", WORD.upper(), "é" * 9_000, "\x00"])
def test_another_password_does_not(reader: FlaskClient, password: str):
    answer = knock(reader, password)
    assert answer.status_code in {422, 413}
    assert "Hidden" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_flood_of_text_is_refused(reader: FlaskClient):
    answer = knock(reader, "x" * 1_000_000)
    assert answer.status_code == 413
    assert "too long" in answer.text


def test_tries_are_counted_by_reader_and_page(reader: FlaskClient):
    answers = [knock(reader, f"guess {n}").status_code for n in range(12)]
    assert answers == [422] * 10 + [429] * 2
    late = knock(reader, WORD)
    assert late.status_code == 429
    assert late.headers["Retry-After"]
    assert "Hidden" not in late.text
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert knock(reader, WORD, environ_overrides=elsewhere).status_code == 200
    assert knock(reader, WORD, "/locked-page/").status_code == 200
    assert reader.get("/s/acme/posts/locked-post/").status_code == 200


def test_other_spellings_of_the_address_do_not_add_tries(reader: FlaskClient):
    for path in ("/posts//locked-post/", "/posts/Locked-Post/", "/posts/locked-post"):
        assert knock(reader, WORD, path).status_code == 404


def test_a_page_without_a_password_takes_none(reader: FlaskClient):
    answer = knock(reader, WORD, "/posts/open-post/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
