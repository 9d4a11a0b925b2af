"""A long sitemap in parts: whole together, each the same at any depth, none told of too early."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.pages import Page
from portal.content.publishing import unpublish
from tenants.clock import now
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page
from tests.site.scene import live, page_titled, statements, writing

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
PART = re.compile(r"<loc>http://localhost/s/acme(/sitemap-\w+\.xml)</loc>")
POST = re.compile(r"<loc>[^<]*/posts/post-(\d+)/</loc>")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.content.sitemaps.WHOLE", 3)


@contextmanager
def ids(monkeypatch: pytest.MonkeyPatch, *, begin: bool) -> Iterator[None]:
    """A block whose rows get ids that begin a part, or such that do not."""
    end = 0x003 if begin else 0x800

    def made() -> uuid.UUID:
        return uuid.UUID(int=uuid.uuid4().int >> 12 << 12 | end)

    with monkeypatch.context() as patch:
        patch.setattr("tenants.db.new_id", made)
        yield


@pytest.fixture
def posts(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Page]:
    """Ten posts in order; the fourth and the eighth begin parts."""
    made = []
    with writing(app, cast.acme) as acme:
        for number in range(10):
            with ids(monkeypatch, begin=number in {3, 7}):
                made.append(live(acme, f"Post {number}", at=NOON + timedelta(hours=number)))
    return made


def parts(client: FlaskClient) -> list[str]:
    return PART.findall(client.get("/s/acme/sitemap.xml").text)


def told(client: FlaskClient) -> list[list[int]]:
    return [[int(n) for n in POST.findall(client.get(f"/s/acme{at}").text)] for at in parts(client)]


@both_databases
def test_parts_together_hold_every_page_once(
    app: Flask, client: FlaskClient, cast: Cast, posts: list[Page]
):
    assert parts(client) == [
        "/sitemap-1.xml", f"/sitemap-{posts[3].id.hex}.xml", f"/sitemap-{posts[7].id.hex}.xml",
    ]  # fmt: skip
    assert told(client) == [[0, 1, 2], [3, 4, 5, 6], [7, 8, 9]]
    home = "<loc>http://localhost/s/acme/</loc>"
    assert [home in client.get(f"/s/acme{at}").text for at in parts(client)] == [True, False, False]


@both_databases
def test_a_part_stays_while_pages_of_others_come_and_go(
    app: Flask, client: FlaskClient, cast: Cast, posts: list[Page], monkeypatch: pytest.MonkeyPatch
):
    last = client.get(f"/s/acme{parts(client)[-1]}").text
    with writing(app, cast.acme) as acme, ids(monkeypatch, begin=False):
        live(acme, "Post 10", at=NOON - timedelta(days=1))
        unpublish(page_titled(acme, "Post 4"), acme, by=TESTS)
    assert told(client) == [[10, 0, 1, 2], [3, 5, 6], [7, 8, 9]]
    assert client.get(f"/s/acme{parts(client)[-1]}").text == last
    with writing(app, cast.acme) as acme:
        unpublish(page_titled(acme, "Post 3"), acme, by=TESTS)
    assert told(client) == [[10, 0, 1, 2, 5, 6], [7, 8, 9]]
    assert client.get(f"/s/acme/sitemap-{posts[3].id.hex}.xml").status_code == 404
    assert client.get(f"/s/acme{parts(client)[-1]}").text == last


@both_databases
def test_what_is_not_for_everybody_begins_no_part(
    app: Flask, client: FlaskClient, cast: Cast, posts: list[Page], monkeypatch: pytest.MonkeyPatch
):
    with ids(monkeypatch, begin=True):
        with writing(app, cast.acme) as acme:
            gone = live(acme, "Canary gone")
            unpublish(gone, acme, by=TESTS)
            member = live(acme, "Canary member")
            member.for_members = True
            hidden = [
                gone, member, make_page(acme, "Canary draft", "<p>x</p>", kind="post"),
                live(acme, "Canary later", at=now() + timedelta(hours=1)),
                live(acme, "Canary locked", password="four brown bears dance"),
            ]  # fmt: skip
        with writing(app, cast.bolt) as bolt:
            hidden.append(live(bolt, "Canary elsewhere"))
    assert told(client) == [[0, 1, 2], [3, 4, 5, 6], [7, 8, 9]]
    texts = [client.get(f"/s/acme{at}").text for at in ("/sitemap.xml", *parts(client))]
    assert not [text for text in texts if "canary" in text]
    for page in (*hidden, posts[4]):
        assert page.id.hex not in "".join(texts)
        assert client.get(f"/s/acme/sitemap-{page.id.hex}.xml").status_code == 404, page.title


def test_a_part_has_one_name(client: FlaskClient, posts: list[Page]):
    known = posts[3].id
    for name in ("0", "2", "01", "", "1-", known.hex.upper(), str(known), known.hex[:-1],
                 f"{known.hex}0", known.hex.replace("3", "３")):  # fmt: skip
        assert client.get(f"/s/acme/sitemap-{name}.xml").status_code == 404, name


@both_databases
def test_a_part_takes_the_same_statements_at_any_depth(
    app: Flask, client: FlaskClient, posts: list[Page]
):
    counts = []
    for at in parts(client)[1:]:
        with statements(app) as sent:
            assert client.get(f"/s/acme{at}").status_code == 200
        counts.append(len([each for each in sent if each.startswith("SELECT page")]))
    assert counts == [4, 4]


def test_a_part_is_found_without_passing_by_others(
    app: Flask, client: FlaskClient, posts: list[Page], database_url: str
):
    """Nothing is counted off and nothing is sorted, in the list of the parts as in a part."""
    with statements(app) as sent:
        middle = parts(client)[1]
        client.get(f"/s/acme{middle}")
    asked = [each for each in sent if "replace(CAST(page.id" in each or "revision.fields" in each]
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        steps = [
            "; ".join(row[-1] for row in connection.execute(
                f"EXPLAIN QUERY PLAN {each}", (0,) * each.count("?")))
            for each in asked
        ]  # fmt: skip
    of_parts, start, following, part = steps
    assert "ix_page_part (account_id=?" in of_parts
    assert "(id=?)" in start
    assert "ix_page_part (account_id=? AND (type,published_at,id)>(" in following
    assert "ix_page_live (account_id=? AND (type,published_at,id)>(" in part
    assert not [step for step in steps if "TEMP B-TREE" in step], steps
