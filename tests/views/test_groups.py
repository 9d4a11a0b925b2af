"""Groups in the browser: made, filled, given roles, emptied, deleted and restored."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants.permissions import Permission as P
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.tenants.role_scene import made, may
from tests.views.test_roles import fields, id_of

GROUPS = "/a/acme/groups/"


def group(app: Flask, cast: Cast, *members: Any) -> uuid.UUID:
    with app.app_context():
        return made(cast.admin, cast.acme, "News desk", *members)


@both_databases
def test_a_group_in_the_browser(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    made_at = client.post(f"{GROUPS}new", data={"name": "News desk", "sentence": "All."}).location
    page = client.get(made_at).text
    assert "put people into it" in page
    added = client.post(f"{made_at}members", data={"person": str(cast.viewer.id), "because": "x"})
    assert added.location == made_at
    desk = made_at.split("/")[-2]
    give = {"person": desk, "role": id_of(app, "publisher"), "reach": "subtree"}
    assert client.post("/a/acme/people/give", data=give).location == "/a/acme/people/"
    assert made_at in client.get("/a/acme/people/").text
    with app.app_context():
        assert may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    asked = client.get("/a/acme/access/", query_string={
        "person": str(cast.viewer.id), "permission": "page.publish"}).text  # fmt: skip
    assert "through the group News desk" in asked
    page = client.get(made_at).text
    assert "Publisher" in page
    assert "put viewer@acme.example into the group News desk" in page
    out = re.search(rf'href="({made_at}members/[^"]+/remove)"', page)
    assert out
    shown = client.get(out[1]).text
    assert P.PAGE_PUBLISH.sentence in shown
    assert client.post(out[1], data=fields(shown)).location == made_at
    with app.app_context():
        assert not may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    assert client.get(out[1]).status_code == 404
    edited = client.post(f"{made_at}edit", data={"name": "Desk", "sentence": ""})
    assert edited.location == made_at
    gone = client.post(f"{made_at}delete", data=fields(client.get(f"{made_at}delete").text))
    assert gone.location == GROUPS
    assert client.get(made_at).status_code == 404
    assert "given back" in client.post(f"{made_at}restore").text


@pytest.mark.parametrize("who", ["editor", "auditor"])
def test_groups_need_the_permission(app: Flask, client: FlaskClient, cast: Cast, who: str) -> None:
    desk = group(app, cast, cast.viewer)
    sign_in(client, cast.people[who])
    for path in ("new", f"{desk}/edit", f"{desk}/delete", f"{desk}/members"):
        assert client.post(GROUPS + path, data={"name": "Mine"}).status_code == 403
    if who == "auditor":
        assert "group.manage" in client.get(f"{GROUPS}{desk}/").text


def test_neighbours_groups_do_not_exist(app: Flask, client: FlaskClient, cast: Cast) -> None:
    desk = group(app, cast, cast.viewer)
    sign_in(client, cast.bolt_admin)
    for handle in ("acme", "bolt"):
        for path in ("", "edit", "delete"):
            assert client.get(f"/a/{handle}/groups/{desk}/{path}").status_code == 404
    sign_in(client, cast.berlin_admin)
    assert client.get(f"/a/acme-berlin/groups/{desk}/").status_code == 404
    assert "News desk" in client.get("/a/acme-berlin/groups/").text


def test_a_group_refuses_bad_input(app: Flask, client: FlaskClient, cast: Cast) -> None:
    desk = group(app, cast, cast.viewer)
    sign_in(client, cast.admin)
    for path, data, sentence in (
        ("new", {"name": "", "sentence": "Typed"}, "Give the group a name."),
        ("new", {"name": "news DESK", "sentence": "Typed"}, "There is a group"),
        (f"{desk}/members", {"person": "", "because": "Typed"}, "Choose a person."),
        (f"{desk}/members", {"person": str(cast.viewer.id), "because": "Typed"}, "already"),
        (f"{desk}/members", {"person": str(cast.bolt_admin.id), "because": "Typed"}, "choice"),
    ):
        answer = client.post(GROUPS + path, data=data)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "Typed" in answer.text
    assert client.get(f"{GROUPS}{desk}/members").status_code == 405
