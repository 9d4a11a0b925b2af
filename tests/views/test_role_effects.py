"""What is shown before a change of a role, and what the pages cost."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tenants.db import db
from tenants.defining import change, delete
from tenants.effects import effects_of
from tenants.permissions import Permission as P
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.staff.test_lists import statements
from tests.tenants import role_scene as scene
from tests.tenants.real_effects import as_told, difference, everybodys_rights, the_tree
from tests.tenants.role_scene import defined, held, made
from tests.views.test_roles import ROLES, press

GROUPS = "/a/acme/groups/"


def test_statements_do_not_grow(app: Flask, client: FlaskClient, cast: Cast) -> None:
    role = press(app, cast, P.PAGE_PUBLISH)
    with app.app_context():
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
        held(desk, role, cast.berlin)
    sign_in(client, cast.admin)
    pages = (ROLES, f"{ROLES}{role}/", f"{ROLES}compare", f"{ROLES}{role}/edit", GROUPS,
             f"{GROUPS}{desk}/", "/a/acme/people/")  # fmt: skip
    client.get(ROLES)
    few = [len(statements(app, client, page)) for page in pages]
    with app.app_context():
        for number in range(4):
            more = defined(cast.admin, cast.acme, f"Role {number}", P.PAGE_VIEW)
            held(cast.editor, more, cast.acme)
            held(desk, more, cast.hamburg)
            held(cast.bolt_editor, role, cast.mitte)
            made(cast.admin, cast.acme, f"Group {number}", cast.viewer, cast.author)
    assert [len(statements(app, client, page)) for page in pages] == few


@both_databases
def test_what_is_shown_is_what_happens(app: Flask, cast: Cast) -> None:
    with app.app_context():
        role = defined(cast.admin, cast.acme, "Press", P.PAGE_PUBLISH, parent="author")
        heir = defined(cast.berlin_admin, cast.berlin, "Heir", P.PAGE_EDIT, parent_id=role)
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer, cast.bolt_editor)
        held(desk, role, cast.berlin)
        held(cast.author, heir, cast.mitte, reach="account")
        held(cast.berlin_editor, role, cast.acme)
        by = as_actor(cast.admin)
        for act in (
            lambda: change(scene.role(role), cast.acme,
                           scene.wanted("Press", P.PAGE_EDIT), by=by),
            lambda: change(scene.role(role), cast.acme,
                           scene.wanted("Press", P.TRAIL_VIEW, parent="publisher"), by=by),
            lambda: delete(scene.role(heir), cast.berlin, by=by),
            lambda: delete(scene.role(role), cast.acme, by=by),
        ):  # fmt: skip
            before = everybodys_rights()
            effects = effects_of(act, cast.acme)
            assert everybodys_rights() == before
            with across_tenants("a test does it"):
                act()
                db.session.commit()
            real = difference(before, everybodys_rights())
            assert real
            assert as_told(effects, the_tree()) == real
