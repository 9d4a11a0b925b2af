"""Roles and groups in the browser: seen, defined, shown beforehand, kept when refused."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.audit import AuditEvent
from tenants.db import db
from tenants.permissions import Permission as P
from tenants.roles import Role, built_in, contents
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.tenants.role_scene import defined, held, may

ROLES = "/a/acme/roles/"
GROUPS = "/a/acme/groups/"


def events(app: Flask, name: str) -> list[AuditEvent]:
    with app.app_context(), across_tenants("a test reads the trail"):
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


def id_of(app: Flask, key: str) -> str:
    with app.app_context(), across_tenants("a test reads a role"):
        return str(built_in(key).id)


def own_of(app: Flask, role_id: Any) -> frozenset[str]:
    with app.app_context(), across_tenants("a test reads a role"):
        return contents().own.get(uuid.UUID(str(role_id)), frozenset())


def fields(page: str) -> dict[str, Any]:
    """The hidden fields of the main form."""
    main = page[page.index("<main") :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", main):
        name, value = (re.search(rf'{a}="([^"]*)"', tag) for a in ("name", "value"))
        if name and name[1] != "csrf_token":
            found.setdefault(name[1], []).append(value[1] if value else "")
    return found


def press(app: Flask, cast: Cast, *permissions: P, **more: Any) -> uuid.UUID:
    with app.app_context():
        return defined(cast.admin, cast.acme, more.pop("name", "Press"), *permissions, **more)


@both_databases
def test_a_role_is_defined_in_the_browser(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    page = client.get(f"{ROLES}new").text
    assert "person.manage" in page, "a right he lacks names itself"
    assert re.search(r'value="person.manage"[^>]*disabled', page)
    data = {"name": "Press", "sentence": "Speaks.", "parent": id_of(app, "author"),
            "permissions": ["page.publish"]}  # fmt: skip
    assert client.post(f"{ROLES}new", data=data).location == ROLES
    page = client.get(ROLES).text
    assert "can be given here and below" in page
    (event,) = events(app, "role.defined")
    shown = client.get(f"{ROLES}{event.target_id}/").text
    assert "from Viewer" in shown
    assert "defined the role" in shown
    assert own_of(app, event.target_id) == {"page.publish"}
    assert "Press: Speaks." in client.get("/a/acme/people/give").text
    assert "Press" in client.get("/a/acme-berlin/roles/").text


@both_databases
def test_an_edit_is_shown_then_saved(app: Flask, client: FlaskClient, cast: Cast) -> None:
    role = press(app, cast, P.PAGE_PUBLISH)
    with app.app_context():
        held(cast.viewer, role, cast.berlin)
    sign_in(client, cast.admin)
    form = fields(client.get(f"{ROLES}{role}/edit").text)
    wanted = {"name": "Press", "permissions": ["page.edit"], **form}
    shown = client.post(f"{ROLES}{role}/edit", data=wanted)
    assert shown.status_code == 200
    assert "Vito Viewer" in shown.text
    assert P.PAGE_EDIT.sentence in html.unescape(shown.text)
    assert own_of(app, role) == {"page.publish"}, "nothing is saved yet"
    data = fields(shown.text) | {"act": "back"}
    again = client.post(f"{ROLES}{role}/edit", data=data)
    assert re.search(r'value="page.edit"[^>]*checked', again.text)
    data["act"] = "save"
    assert client.post(f"{ROLES}{role}/edit", data=data).location == f"{ROLES}{role}/"
    assert own_of(app, role) == {"page.edit"}
    (event,) = events(app, "role.changed")
    assert event.changes == {"permissions": ["page.publish", "page.edit"]}
    late = client.post(f"{ROLES}{role}/edit", data=data)
    assert late.status_code == 422
    assert "Somebody else changed this role" in late.text


@both_databases
def test_who_is_affected_meanwhile_is_shown_again(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    role = press(app, cast, P.PAGE_PUBLISH)
    sign_in(client, cast.admin)
    wanted = {"name": "Press", **fields(client.get(f"{ROLES}{role}/edit").text)}
    data = fields(client.post(f"{ROLES}{role}/edit", data=wanted).text) | {"act": "save"}
    with app.app_context():
        held(cast.viewer, role, cast.berlin)
    shown = client.post(f"{ROLES}{role}/edit", data=data)
    assert shown.status_code == 200
    assert "Vito Viewer" in shown.text
    assert own_of(app, role) == {"page.publish"}


@both_databases
def test_a_role_is_deleted_after_a_look_and_restored(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    role = press(app, cast, P.PAGE_PUBLISH)
    with app.app_context():
        held(cast.viewer, role, cast.berlin)
    sign_in(client, cast.admin)
    page = client.get(f"{ROLES}{role}/delete").text
    assert "Vito Viewer" in page
    data = fields(page) | {"reason": "No press any more."}
    assert client.post(f"{ROLES}{role}/delete", data=data).location == ROLES
    with app.app_context():
        assert not may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    assert client.get(f"{ROLES}{role}/edit").status_code == 404
    assert "Restore" in client.get(ROLES).text
    back = client.post(f"{ROLES}{role}/restore")
    assert back.status_code == 200
    assert "given back" in back.text
    with app.app_context():
        assert may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    assert client.post(f"{ROLES}{role}/restore").status_code == 404
    assert [e.reason for e in events(app, "role.deleted")] == ["No press any more."]


@pytest.mark.parametrize("who", ["editor", "auditor", "operator"])
def test_it_needs_the_permission(app: Flask, client: FlaskClient, cast: Cast, who: str) -> None:
    role = press(app, cast, P.PAGE_PUBLISH)
    sign_in(client, cast.people[who])
    for path in ("new", f"{role}/edit", f"{role}/delete"):
        assert client.get(ROLES + path).status_code == 403
        assert client.post(ROLES + path, data={"name": "Mine"}).status_code == 403
    assert client.post(f"{ROLES}{role}/restore").status_code == 403
    if who != "editor":
        page = client.get(f"{ROLES}{role}/").text
        assert "role.manage" in page, "what is greyed out names the missing right"


def test_neighbours_roles_do_not_exist(app: Flask, client: FlaskClient, cast: Cast) -> None:
    role = press(app, cast, P.PAGE_PUBLISH)
    sign_in(client, cast.bolt_admin)
    for handle in ("acme", "bolt"):
        for path in ("", "edit", "delete"):
            assert client.get(f"/a/{handle}/roles/{role}/{path}").status_code == 404
    sign_in(client, cast.berlin_admin)
    assert client.get(f"/a/acme-berlin/roles/{role}/").status_code == 200
    assert client.get(f"/a/acme-berlin/roles/{role}/edit").status_code == 404
    assert client.get(f"/a/acme/roles/{id_of(app, 'viewer')}/edit").status_code == 404
    assert client.get(f"/a/acme/roles/{role}/restore", audit=False).status_code in {404, 405}


def test_bad_input_keeps_what_was_typed(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    for data, sentence in (
        ({"name": ""}, "Give the role a name."),
        ({"name": "Editor"}, "There is a role Editor here already"),
        ({"name": "x" * 101}, "Use at most 100 characters."),
        ({"name": "Boss", "permissions": ["person.manage"]}, "not a valid choice"),
        ({"name": "Boss", "parent": id_of(app, "auditor")}, "Not a valid choice"),
    ):
        kept = {"sentence": "What I typed", **data}
        answer = client.post(f"{ROLES}new", data=kept)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "What I typed" in answer.text


def test_roles_are_compared_and_cloned(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    left, right = id_of(app, "author"), id_of(app, "publisher")
    page = client.get(f"{ROLES}compare?left={left}&right={right}").text
    assert "Only Publisher" in page
    assert page.count(P.PAGE_PUBLISH.sentence) == 2
    assert client.get(f"{ROLES}compare?left=nonsense").status_code == 200
    page = client.get(f"{ROLES}new?like={right}").text
    assert 'value="Publisher (copy)"' in page
    assert re.search(r'value="page.publish"[^>]*checked', page)
    assert client.get(f"{ROLES}new?like=nonsense").status_code == 404


def test_roles_of_the_house_are_staff_roles(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.owner)
    data = {"name": "Desk", "parent": id_of(app, "support")}
    assert client.post("/a/house/roles/new", data=data).status_code == 302
    with app.app_context(), across_tenants("a test reads a role"):
        desk = db.session.scalar(select(Role).where(Role.name == "Desk"))
        assert desk is not None
        assert desk.for_house
    assert "Desk" in client.get("/a/house/roles/").text
    assert "Desk" not in client.get("/a/acme/roles/").text
