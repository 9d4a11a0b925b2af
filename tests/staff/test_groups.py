"""What people hold through groups counts in the console as what they hold themselves."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.staff.test_lists import statements
from tests.tenants.role_scene import held, made


@both_databases
def test_roles_held_through_a_group_are_shown(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        desk = made(cast.admin, cast.acme, "News desk", cast.bolt_editor, cast.viewer)
        held(desk, "publisher", cast.berlin)
    sign_in(client, cast.owner)
    works = client.get("/console/people/?account=acme-berlin").text
    assert cast.bolt_editor.email in works
    assert cast.bolt_admin.email not in works
    details = client.get(f"/console/people/details/?id={cast.bolt_editor.id}").text
    assert "through News desk" in details
    assert "News desk" in client.get("/console/grants/?q=desk").text


@both_databases
def test_people_are_counted_once(app: Flask, cast: Cast) -> None:
    from tenants.inventory import people_by_account
    from tenants.scope import across_tenants

    with app.app_context():
        desk = made(cast.admin, cast.acme, "News desk", cast.viewer, cast.bolt_editor)
        held(desk, "viewer", cast.acme)
        with across_tenants("a test counts"):
            assert people_by_account([cast.acme.id, cast.hamburg.id]) == {cast.acme.id: 6}


def test_statements_do_not_grow(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.owner)
    statements(app, client, "/console/people/")
    few = len(statements(app, client, "/console/people/"))
    with app.app_context():
        for number in range(4):
            desk = made(cast.admin, cast.acme, f"Desk {number}", cast.viewer, cast.author)
            held(desk, "publisher", cast.berlin)
    assert len(statements(app, client, "/console/people/")) == few
