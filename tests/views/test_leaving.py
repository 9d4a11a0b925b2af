"""Leaving an account, and being barred by staff."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants.permissions import Permission as P
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import browser, events, is_signed_in
from tests.tenants.role_scene import held, made, may


@both_databases
def test_a_person_leaves(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    assert 'href="/me/leave/acme"' in client.get("/me/").text
    assert "Editor" in client.get("/me/leave/acme").text
    assert client.post("/me/leave/acme", data={"reason": "Moving on."}).status_code == 302
    assert client.get("/a/acme/").status_code == 404
    (event,) = events(app, "grant.ended")
    assert (event.actor_id, event.reason) == (cast.editor.id, "Moving on.")


def test_the_last_admin_stays(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    answer = client.post("/me/leave/acme", data={"reason": "Tired."})
    assert answer.status_code == 422
    assert "last grant that lets somebody manage" in answer.text
    assert "Tired." in answer.text
    assert events(app, "grant.ended") == []


def test_a_role_from_above_is_given_up_above(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    assert "reaches here from above" in client.get("/me/leave/acme-berlin").text
    assert client.post("/me/leave/acme-berlin").status_code == 422
    assert client.get("/me/leave/bolt").status_code == 404
    assert client.post("/me/leave/bolt").status_code == 404
    assert client.post("/me/leave/acme", csrf=False).status_code == 400
    assert client.post("/me/leave/acme", data={"reason": "x" * 2001}).status_code == 422
    assert events(app, "grant.ended") == []


@both_databases
def test_whoever_leaves_leaves_the_groups_as_well(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
        held(desk, "publisher", cast.berlin)
        assert may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    sign_in(client, cast.viewer)
    told = client.get("/me/security/").text
    assert "gave you the role Publisher at Acme Berlin, through the group Desk" in told
    assert "Desk" in client.get("/me/leave/acme").text
    assert client.post("/me/leave/acme", data={"reason": "Moving on."}).status_code == 302
    with app.app_context():
        assert not may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    assert [row.reason for row in events(app, "member.removed")] == ["Moving on."]
    told = client.get("/me/security/").text
    assert "took you out of Desk, and the role Publisher at Acme Berlin away" in told


def test_the_last_admin_through_a_group_stays(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
        held(desk, "account-admin", cast.acme)
    assert sign_in(client, cast.admin).post("/me/leave/acme").status_code == 302
    answer = sign_in(client, cast.viewer).post("/me/leave/acme", data={"reason": "Me too."})
    assert answer.status_code == 422
    assert "Me too." in answer.text
    assert events(app, "member.removed") == []


@both_databases
def test_staff_bar_somebody_and_let_him_in(app: Flask, client: FlaskClient, cast: Cast):
    editor = sign_in(browser(app), cast.editor)
    sign_in(client, cast.operator)
    details = client.get(f"/console/people/details/?id={cast.editor.id}").text
    path = f"/house/people/{cast.editor.id}/deactivate"
    assert path in details
    assert client.get(path).status_code == 200
    bare = client.post(path, data={"reason": " "})
    assert bare.status_code == 422
    assert "Say why" in bare.text
    assert is_signed_in(editor)
    assert client.post(path, data={"reason": "Lost laptop."}).status_code == 302
    assert not is_signed_in(editor)
    assert client.post(path, data={"reason": "Again."}).status_code == 422
    back = path.replace("deactivate", "reactivate")
    assert back in client.get(f"/console/people/details/?id={cast.editor.id}").text
    assert "Editor" in client.get(back).text
    assert client.post(back, data={"reason": "Found."}).status_code == 302
    assert not is_signed_in(editor)
    assert is_signed_in(sign_in(browser(app), cast.editor))
    gone, here = events(app, "person.deactivated", "person.reactivated")
    assert (gone.reason, here.reason) == ("Lost laptop.", "Found.")
    assert gone.actor_id == here.actor_id == cast.operator.id


@pytest.mark.parametrize("act", ["deactivate", "reactivate"])
@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("operator", "owner", 403),
        ("operator", "admin", 403),
        ("operator", "operator", 409),
        ("support", "viewer", 403),
        ("auditor", "viewer", 403),
        ("admin", "viewer", 404),
        ("bolt_admin", "viewer", 404),
    ],
)
def test_it_needs_the_right_and_the_tier(
    app: Flask, client: FlaskClient, cast: Cast, act: str, who: str, whom: str, status: int
):
    sign_in(client, cast.people[who])
    path = f"/house/people/{cast.people[whom].id}/{act}"
    assert client.post(path, data={"reason": "Because."}).status_code == status
    assert events(app, "person.deactivated", "person.reactivated") == []


def test_nobody_is_nobody(client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    path = f"/house/people/{cast.acme.id}/deactivate"
    assert client.get(path).status_code == 404
