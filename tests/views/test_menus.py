"""The site's menus, edited in the portal: as a whole, kept when refused, told of in the trail."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.sites import Menu
from tenants.db import db
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.site.scene import live, page_titled, writing
from tests.site.test_menu import menu as seen
from tests.views.test_within import statements

HOME, NEW = "/a/acme/menus/", "/a/acme/menus/new"
BASED = re.compile(r'name="based_on"[^>]*value="([0-9a-f]+)"')


def start(client: FlaskClient, place: str = "main", name: str = "Top") -> str:
    answer = client.post(NEW, data={"name": name, "place": place})
    assert answer.status_code == 303, answer.text
    return answer.location


def send(client: FlaskClient, at: str, rows: list[tuple[str, str, int]], **more: Any) -> Any:
    found = BASED.search(client.get(at).text)
    assert found
    labels, tos, depths = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    sent = {"name": "Top", "based_on": found[1], "act": "save", "label": labels, "to": tos,
            "depth": [str(depth) for depth in depths]}  # fmt: skip
    return client.post(at, data=sent | more)


def stored(app: Flask) -> list[Menu]:
    with app.app_context(), across_tenants("tests"):
        found = list(db.session.scalars(select(Menu).order_by(Menu.name)))
        db.session.expunge_all()
    return found


@both_databases
def test_a_menu_is_made_changed_and_seen(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        about = live(acme, "About us", kind="page").id
    sign_in(client, cast.admin)
    before = seen(client)
    top = start(client)
    assert seen(client) == before, "the first one begins with what readers see"
    rows = [("", f"page:{about}", 0), ("Write", "mailto:a@acme.example", 1), ("All", "/posts/", 0)]
    assert send(client, top, rows).status_code == 303
    assert [label for _, _, label in seen(client)] == ["About us", "Write", "All"]
    told = events(app, "menu.changed")[-1]
    assert told.changes["entries"][1] == (
        f" → page:{about}\n– Write → mailto:a@acme.example\nAll → /posts/"
    )
    foot = start(client, "footer", "Foot")
    assert send(client, foot, [("Imprint", "/about-us/", 0)], name="Foot").status_code == 303
    page = client.get("/s/acme/about-us/").text
    assert re.search(r'aria-label="Footer".*aria-current="page"[^>]*>Imprint', page, re.DOTALL)
    assert "On top of every page" in client.get(HOME).text


def test_one_takes_the_place_of_another_and_can_go(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    first, second = start(client), start(client, "main", "Other")
    assert [(m.name, m.primary) for m in stored(app)] == [("Other", True), ("Top", False)]
    client.post(f"{first}place", data={"place": "footer"})
    assert events(app, "menu.shown")[-1].changes == {"place": ["", "footer"]}
    assert client.post(f"{first}place", data={"place": "x"}).status_code == 400
    assert client.get(f"{second}delete").status_code == 405
    assert client.post(f"{second}delete").status_code == 303
    assert events(app, "menu.deleted")[-1].changes["place"] == ["main", ""]
    assert client.get(second).status_code == 404


def test_buttons_rearrange_the_form_and_nothing_else(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        plans = page_titled(acme, "Plans for spring").id
    sign_in(client, cast.admin)
    top = start(client)
    kept = [menu.items for menu in stored(app)]
    rows = [("One", "/one/", 0), ("Two", "/two/", 0)]
    turned = send(client, top, rows, act="up:1")
    assert turned.status_code == 200
    assert re.findall(r'name="label" value="(\w+)"', turned.text) == ["Two", "One"]
    found = send(client, top, rows, act="enter", find="spring")
    assert f'value="page:{plans}"' in found.text
    added = send(client, top, rows, act=f"page:{plans}")
    assert "Not shown to readers: not live" in added.text
    assert 'value="https://x.example/"' in send(
        client, top, rows, act="address", words="X", address="https://x.example/"
    ).text  # fmt: skip
    bad = send(client, top, rows, act="address", words="X", address="javascript:x")
    assert (bad.status_code, 'value="javascript:x"' in bad.text) == (422, True)
    assert [menu.items for menu in stored(app)] == kept
    assert send(client, top, [*rows, ("", f"page:{plans}", 0)]).status_code == 303
    assert [label for _, _, label in seen(client)] == ["One", "Two"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("Script", "javascript:alert(1)", 0), "Begin it with /"),
        (("Half", "about", 0), "Begin it with /"),
        (("x" * 301, "/", 0), "Use at most 300"),
        (("Gone", f"page:{uuid.UUID(int=1)}", 0), "not there any more"),
        (("Nowhere", "", 0), "Say where this leads"),
    ],
)
def test_what_leads_nowhere_is_told_beside_it_and_kept(
    client: FlaskClient, cast: Cast, row: tuple[str, str, int], sentence: str
):
    sign_in(client, cast.admin)
    answer = send(client, start(client), [("Fine", "/", 0), row])
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{row[0]}"' in answer.text
    assert 'value="Fine"' in answer.text


def test_a_long_menu_takes_no_more_statements(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        pages = [live(acme, f"Page {number}", kind="page").id for number in range(6)]
    sign_in(client, cast.admin)
    top, sizes = start(client), (1, 6)
    counts = []
    for size in sizes:
        send(client, top, [("", f"page:{page}", 0) for page in pages[:size]])
        counts.append([statements(app, client, at) for at in (top, HOME, "/s/acme/")])
    assert counts[0] == counts[1]


def test_a_menu_has_an_end(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    answer = send(client, start(client), [("x", "/", 0)] * 5000)
    assert (answer.status_code, "at most 200 entries" in answer.text) == (422, True)


def test_another_page_s_id_and_another_account_s_menu_are_no_use(
    app: Flask, client: FlaskClient, cast: Cast
):
    with writing(app, cast.bolt) as bolt:
        foreign = live(bolt, "Bolted", kind="page").id
    top = start(sign_in(client, cast.admin))
    for act in (f"page:{foreign}", f"term:{foreign}", "page:x", "list:/etc/"):
        answer = send(client, top, [], act=act)
        assert answer.status_code == 422, act
        assert "Bolted" not in answer.text
    assert "Bolted" not in send(client, top, [("", f"page:{foreign}", 0)]).text
    for who, status in (("publisher", 403), ("viewer", 403), ("bolt_admin", 404)):
        sign_in(client, cast.people[who])
        assert client.get(top).status_code == status
        assert client.post(top, data={"name": "x", "act": "save"}).status_code == status
        assert client.post(f"{top}delete").status_code == status
    assert client.get(top.replace("acme", "bolt")).status_code == 404


def test_who_comes_second_is_told_and_keeps_what_he_typed(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    top = start(client)
    found = BASED.search(client.get(top).text)
    assert found
    send(client, top, [("Theirs", "/theirs/", 0)])
    mine = {"name": "Top", "act": "save", "label": ["Mine"], "to": ["/mine/"], "depth": ["0"]}
    answer = client.post(top, data=mine | {"based_on": found[1]})
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert "Theirs" in answer.text
    now = BASED.search(answer.text)
    assert now
    assert client.post(top, data=mine | {"based_on": now[1]}).status_code == 303
    assert [label for _, _, label in seen(client)] == ["Mine"]
