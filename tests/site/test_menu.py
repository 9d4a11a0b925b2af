"""The menu leads to what is live and nowhere dangerous."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from portal.content.sites import Menu
from tenants.db import db
from tests.fixtures.cast import Cast
from tests.site.scene import live, page_titled, writing

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
