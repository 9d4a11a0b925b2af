"""Lists: complete, in order, a window at a time, at the same cost however long they are."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from portal.content.sites import Menu
from portal.content.terms import Term
from tenants.clock import now
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.site.scene import Said, live, statements, term, writing

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)

COUNTED = (
    "/", "/posts/", "/posts/post-3/", "/page-0/", "/tags/many/", "/feed.atom", "/sitemap.xml",
    "/archive/2026/03/", "/no-such-page/", "/archive/", "/tags/", "/categories/", "/search/",
    "/search/?q=words", "/feed.json", "/tags/many/feed.atom", "/tags/many/feed.json",
    "/sitemap-1.xml",
)  # fmt: skip


def titles(text: str) -> list[str]:
    return re.findall(r'<h2 dir="auto"><a [^>]*>([^<]*)</a></h2>', text)


def follow(client: FlaskClient, path: str, rel: str) -> list[list[str]]:
    """The titles of each window, following the pager's links."""
    windows: list[list[str]] = []
    while path and len(windows) < 20:
        text = client.get(path).text
        windows.append(titles(text))
        link = re.search(rf'rel="{rel}" href="([^"]*)"', text)
        path = link[1].replace("&amp;", "&") if link else ""
    return windows


@both_databases
def test_paging_shows_every_post_once_both_ways(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        tag = term(acme, "tag", "snow", "Snow")
        for number in range(25):
            same_moment = NOON - timedelta(hours=number // 4)
            live(acme, f"Post {number:02}", Said(terms=(tag,)), at=same_moment)
    for path in ("/s/acme/posts/", "/s/acme/tags/snow/", "/s/acme/archive/2026/03/"):
        down = follow(client, path, "next")
        assert [len(window) for window in down] == [10, 10, 5], path
        everything = [title for window in down for title in window]
        assert sorted(everything) == [f"Post {n:02}" for n in range(25)]
        assert [int(t[5:]) // 4 for t in everything] == [n // 4 for n in range(25)]
        last = re.findall(r'href="([^"]*before=[^"]*)"', client.get(path).text)[0]
        last = re.findall(r'rel="next" href="([^"]*)"', client.get(last).text)[0]
        up = follow(client, last, "prev")
        assert up == down[::-1], path


def test_the_home_page_shows_the_newest_and_where_the_others_are(
    app: Flask, client: FlaskClient, cast: Cast
):
    with writing(app, cast.acme) as acme:
        for number in range(12):
            live(acme, f"Post {number:02}", at=NOON - timedelta(hours=number))
    text = client.get("/s/acme/").text
    assert titles(text) == [f"Post {n:02}" for n in range(10)]
    older = re.findall(r'href="(/s/acme/posts/\?before=[^"]*)"', text)
    assert titles(client.get(older[0]).text) == ["Post 10", "Post 11"]


def test_a_list_beyond_its_end_says_so(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        live(acme, "Only", at=NOON)
    answer = client.get("/s/acme/posts/?before=1-" + "0" * 32)
    assert answer.status_code == 200
    assert "Start at the newest" in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text


def test_terms_and_months_without_anything_live_are_not_there(
    app: Flask, client: FlaskClient, cast: Cast
):
    with writing(app, cast.acme) as acme:
        term(acme, "tag", "empty", "Empty")
        live(acme, "New Year in Berlin", at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
        live(acme, "Spring", at=NOON)
    for path in ("/tags/empty/", "/tags/none/", "/categories/empty/", "/archive/2026/02/"):
        assert client.get(f"/s/acme{path}").status_code == 404, path
    january = client.get("/s/acme/archive/2026/01/")
    assert titles(january.text) == ["New Year in Berlin"]
    assert 'href="/s/acme/archive/2026/03/">March 2026' in january.text
    archive = client.get("/s/acme/archive/").text
    assert re.findall(r'href="/s/acme/archive/(\d+/\d+)/"[^>]*>(\w+)<', archive) == [
        ("2026/03", "March"), ("2026/01", "January"),
    ]  # fmt: skip
    assert client.get("/s/acme/archive/2025/12/").status_code == 404


@both_databases
def test_the_number_of_statements_does_not_grow(app: Flask, client: FlaskClient, cast: Cast):
    _grow(app, cast, range(4))
    few = {path: _count(app, client, path) for path in COUNTED}
    _grow(app, cast, range(4, 24))
    assert {path: _count(app, client, path) for path in COUNTED} == few
    assert max(few.values()) <= 12, few


def test_a_deep_window_reads_through_an_index(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    with statements(app) as sent:
        client.get(f"/s/acme/posts/?before=1700000000000000-{'0' * 32}")
    listed = next(s for s in sent if "substr" in s)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {listed}", (0,) * listed.count("?"))
        steps = [row[-1] for row in plan]
    assert "ix_page_live (account_id=? AND type=? AND published_at<?)" in steps[0], steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


def _grow(app: Flask, cast: Cast, numbers: range) -> None:
    with writing(app, cast.acme) as acme:
        if numbers.start == 0:
            many = term(acme, "tag", "many", "Many")
            menu = Menu(
                tenant_id=acme.tenant_id, account_id=acme.id, slug="m", name="M", primary=True,
                items=[],
            )  # fmt: skip
            db.session.add(menu)
        else:
            many = db.session.query(Term).filter_by(account_id=acme.id, slug="many").one()
            menu = db.session.query(Menu).filter_by(account_id=acme.id, slug="m").one()
        parent = None
        for n in numbers:
            live(acme, f"Post {n}", Said(terms=(many,), byline=""), at=NOON - timedelta(hours=n))
            page = live(acme, f"Page {n}", Said(terms=(many,)), kind="page", parent=parent)
            menu.items = [*menu.items, {"label": "", "page_id": str(page.id)}]
            parent = parent or page
    assert now() > NOON


def _count(app: Flask, client: FlaskClient, path: str) -> int:
    with statements(app) as sent:
        assert client.get(f"/s/acme{path}").status_code in {200, 404}
    return len([s for s in sent if not s.startswith(("SET", "SELECT set_config", "BEGIN"))])
