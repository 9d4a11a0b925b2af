"""The menu leads to what is live and nowhere dangerous."""

from __future__ import annotations

import re
import sqlite3
import uuid
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content import around
from portal.content.publishing import unpublish
from portal.content.sites import Menu
from tenants.clock import now
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS
from tests.site.scene import live, page_titled, reading_in, statements, writing

MENU = re.compile(r'<nav class="site-menu".*?</nav>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)"( aria-current="page")?[^>]*>([^<]*)</a>')


def menu(client: FlaskClient, path: str = "/", handle: str = "acme") -> list[tuple[str, str, str]]:
    shown = MENU.search(client.get(f"/s/{handle}{path}").text)
    assert shown is not None
    return LINK.findall(shown[0])


def set_menu(acme: Any, items: list[Any]) -> None:
    db.session.add(
        Menu(
            tenant_id=acme.tenant_id, account_id=acme.id, slug="main", name="Main", primary=True,
            items=items,
        )
    )  # fmt: skip


def test_without_a_menu_the_first_top_pages_and_the_posts(
    app: Flask, client: FlaskClient, cast: Cast
):
    with writing(app, cast.acme) as acme:
        for number in range(9):
            page = live(acme, f"Page {number}", kind="page")
        live(acme, "Below", kind="page", parent=page)
    labels = [label for _, _, label in menu(client)]
    assert labels == [*(f"Page {number}" for number in range(8)), "Posts"]


@both_databases
def test_of_top_pages_without_end_some_are_looked_at(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(around, "LOOKED_AT", 3)
    around._top_pages.cache_clear()
    with writing(app, cast.acme) as acme:
        unpublish(page_titled(acme, "Welcome"), acme, by=TESTS)
        for title in ("Zebra", "Yak", "Fox", "Ant", "First"):
            page = live(acme, title, kind="page")
        page.position = -1
        live(acme, "Later", kind="page", at=now() + timedelta(hours=1)).position = -2
        live(acme, "Below", kind="page", parent=page)
    labels = [label for _, _, label in menu(client)]
    around._top_pages.cache_clear()
    assert labels == ["First", "Zebra", "Posts"], "what is not live yet may be looked at"


def test_the_menu_that_makes_itself_walks_an_index(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    with statements(app) as sent:
        client.get("/s/acme/")
    asked = next(each for each in sent if "page.position" in each)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {asked}", (0,) * asked.count("?"))
        steps = [row[-1] for row in plan]
    assert "ix_page_top (account_id=? AND type=?)" in steps[1], steps
    assert steps.count("USE TEMP B-TREE FOR ORDER BY") == 1, "only what was found is sorted"
    assert "TEMP" in steps[-1]


def test_what_is_not_for_everybody_is_not_come_by(app: Flask, cast: Cast):
    """However many pages ask for a password, the walk takes as many steps."""
    with writing(app, cast.acme) as acme:
        live(acme, "Open", kind="page")
    before = steps_of_a_walk(app, cast)
    with writing(app, cast.acme) as acme:
        for number in range(20):
            page = live(acme, f"Page {number}", kind="page")
            page.position = -1
            page.access_password_hash = "x" if number % 2 else None
            page.for_members = not number % 2
    assert steps_of_a_walk(app, cast) == before


def steps_of_a_walk(app: Flask, cast: Cast) -> int:
    steps: list[None] = []
    with reading_in(app, cast.acme) as acme:
        around.top_pages(acme.id, 8)
        driver: Any = db.session.connection().connection.driver_connection
        driver.set_progress_handler(lambda: steps.append(None), 1)
        found = around.top_pages(acme.id, 8)
        driver.set_progress_handler(None, 1)
    assert [each.title for each in found] == ["Open", "Welcome"]
    return len(steps)


def test_a_menu_keeps_its_order_and_marks_where_the_reader_is(
    app: Flask, client: FlaskClient, cast: Cast
):
    with writing(app, cast.acme) as acme:
        about = live(acme, "About us", kind="page")
        set_menu(acme, [
            {"label": "Home", "url": "/", "depth": 0},
            {"label": "", "page_id": str(about.id), "depth": 0},
            {"label": "Hello", "page_id": str(page_titled(acme, "Welcome").id), "depth": 1},
            {"label": "Elsewhere", "url": "https://example.org/?a=1&b=2", "depth": 0},
            {"label": "Été", "url": "/tags/été/?before=1#top", "depth": 0},
        ])  # fmt: skip
    assert menu(client, "/about-us/") == [
        ("/s/acme/", "", "Home"),
        ("/s/acme/about-us/", ' aria-current="page"', "About us"),
        ("/s/acme/welcome/", "", "Hello"),
        ("https://example.org/?a=1&amp;b=2", "", "Elsewhere"),
        ("/s/acme/tags/%C3%A9t%C3%A9/?before=1#top", "", "Été"),
    ]


def test_items_that_lead_nowhere_good_are_left_out(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.bolt) as bolt:
        foreign = live(bolt, "Foreign", kind="page")
    with writing(app, cast.berlin) as berlin:
        sibling = live(berlin, "Sibling", kind="page")
    with writing(app, cast.acme) as acme:
        bad: list[Any] = [
            {"label": "Draft", "page_id": str(page_titled(acme, "Plans for spring").id)},
            {"label": "Gone", "page_id": str(page_titled(acme, "Old news").id)},
            {"label": "Foreign", "page_id": str(foreign.id)},
            {"label": "Sibling", "page_id": str(sibling.id)},
            {"label": "None", "page_id": str(uuid.uuid4())},
            {"label": "Not an id", "page_id": "'; --"},
            {"label": "Script", "url": "javascript:alert(1)"},
            {"label": "Data", "url": "data:text/html,x"},
            {"label": "Empty"},
            {"label": "Number", "url": 7, "depth": "x"},
            "text", None, 7, [],
        ]  # fmt: skip
        good = {"label": "<b>Good</b>", "url": "//example.org/x", "depth": -3}
        set_menu(acme, [*bad, good])
    found = [link for link in menu(client) if link[2] != "Number"]
    assert found == [("https://example.org/x", "", "&lt;b&gt;Good&lt;/b&gt;")]
