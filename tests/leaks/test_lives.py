"""What is taken away, moved, closed or changed: roles, groups, accounts, addresses."""

from __future__ import annotations

import re
import uuid

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.erasing import KEPT
from portal.jobs.endings import announce_endings
from portal.jobs.erasing import erase_closed
from tenants.clock import now
from tenants.closing import GRACE, ask_close
from tenants.db import Base, db
from tenants.grants import Grant
from tenants.groups import GroupMember
from tenants.permissions import Permission as P
from tenants.roles import RolePermission
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.identity.common import browser, change, link_in, mails, post_sign_in
from tests.jobs.test_endings import given
from tests.leaks.scene import changed, everything, hashes, post, twin
from tests.leaks.test_processes import CANARY, fill, timeless
from tests.leaks.test_writes import RANDOM, role_id
from tests.tenants.role_scene import defined, held, made
from tests.tenants.tree_scene import in_tree
from tests.views.account_scene import account, confirm, path
from tests.views.test_address import ask, follow, links


@both_databases
def test_l2_foreign_roles_groups_people_and_places_are_ids_of_nothing(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    with app.app_context():
        theirs = defined(cast.bolt_admin, cast.bolt, "Theirs", P.PAGE_VIEW)
        their_desk = made(cast.bolt_admin, cast.bolt, "Their desk", cast.bolt_editor)
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
        grant = held(their_desk, "viewer", cast.bolt)
    sign_in(client, cast.admin)
    before = hashes(database_url)
    viewer = role_id(app, "viewer")
    for address, field, foreign, sent in (
        ("/a/acme/roles/new", "parent", theirs, {"name": "Mine"}),
        (f"/a/acme/groups/{desk}/members", "person", cast.bolt_admin.id, {"because": "x"}),
        ("/a/acme/people/give", "person", their_desk, {"role": viewer, "reach": "account"}),
        ("/a/acme/people/many/end", "grants", grant, {"reason": "x"}),
        ("/a/acme/people/many/give", "people", cast.bolt_editor.id,
         {"role": viewer, "reach": "account"}),
    ):  # fmt: skip
        answers = [
            timeless(post(client, address, **{**sent, field: str(each)}))
            for each in (foreign, RANDOM)
        ]
        assert answers[0] == answers[1], (address, field)
        assert "Their" not in str(answers[0])
        assert cast.bolt_editor.email not in str(answers[0])
    for where in (f"roles/{theirs}/", f"groups/{their_desk}/", f"accounts/{cast.bolt.id}/"):
        known, nothing = (
            twin(client.get(f"/a/acme/{each}", audit=False))
            for each in (where, re.sub(r"[0-9a-f-]{36}", str(RANDOM), where))
        )
        assert known == nothing, where
        assert known[0] == 404
    assert changed(before, hashes(database_url)) == set()


def strength(app: Flask) -> set[tuple[object, ...]]:
    """All that anybody's rights rest on."""
    with app.app_context(), across_tenants("tests"):
        return {
            *((row.role_id, row.permission) for row in db.session.scalars(select(RolePermission))),
            *((row.group_id, row.person_id) for row in db.session.scalars(select(GroupMember))),
            *((row.id, row.role_id) for row in db.session.scalars(select(Grant))),
        }


@both_databases
def test_l33_no_form_of_roles_and_groups_makes_anybody_stronger(
    app: Flask, client: FlaskClient, cast: Cast
):
    with app.app_context():
        press = defined(cast.admin, cast.acme, "Press", P.PAGE_VIEW)
        desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
        held(cast.editor, press, cast.acme)
        held(desk, "publisher", cast.acme)
    before = strength(app)
    viewer = role_id(app, "viewer")
    wants = {"name": "Mine", "permissions": ["staff.manage", "content.import"]}
    for who in ("editor", "publisher", "viewer", "berlin_admin", "operator", "auditor", "admin"):
        person = cast.people[who]
        sign_in(client, person)
        for handle in ("house", "acme", "acme-berlin", "bolt"):
            for address, sent in (
                (f"/a/{handle}/roles/new", {**wants, "parent": role_id(app, "owner")}),
                (f"/a/{handle}/roles/{viewer}/edit", wants),
                (f"/a/{handle}/roles/{press}/edit", wants),
                (f"/a/{handle}/groups/{desk}/members", {"person": str(person.id), "because": "x"}),
            ):
                if who == "admin" and handle == "acme" and "/groups/" in address:
                    continue  # his own: he may
                answer = client.post(address, data=sent, audit=False)
                assert answer.status_code in {403, 404, 422}, (who, address)
    assert strength(app) == before


@both_databases
def test_l36_no_account_leaves_its_tenant_or_its_mover(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    foreign, nothing = (
        twin(client.post(path(cast.acme, cast.berlin, f"move?to={to}"), data={"reason": "x"}))
        for to in ("bolt", "zzzz")
    )
    assert foreign[0] == nothing[0] == 422
    assert foreign[1].replace("bolt", "zzzz") == nothing[1]
    for who in (cast.berlin_admin, cast.editor, cast.bolt_admin, cast.support):
        sign_in(client, who)
        for parent, moved in ((cast.acme, cast.berlin), (cast.berlin, cast.mitte)):
            where = path(parent, moved, "move?to=acme-hamburg")
            beyond, nothing = (
                twin(post(client, each, reason="x"))
                for each in (where, where.replace("acme-hamburg", "zzzz"))
            )
            assert beyond[0] in {403, 404, 422}
            assert beyond[1].replace("acme-hamburg", "zzzz") == nothing[1], who.name
    assert account(app, "acme-berlin").parent_id == cast.acme.id
    assert account(app, "acme-berlin-mitte").parent_id == cast.berlin.id


def test_l38_all_of_a_suspended_tenant_stops_with_the_next_request(
    app: Flask, client: FlaskClient, cast: Cast
):
    fill(app, cast.bolt)
    theirs = sign_in(browser(app), cast.bolt_admin)
    page = re.search(r"/a/bolt/pages/[0-9a-f-]{36}/", theirs.get("/a/bolt/pages/").text)
    assert page
    sign_in(client, cast.operator)
    assert confirm(client, path(cast.house, cast.bolt, "suspend"), reason="Unpaid.").status_code
    for where in (page[0], f"{page[0]}preview", f"{page[0]}history", "/a/bolt/pages/",
                  "/a/bolt/settings/", "/a/bolt/imports/"):  # fmt: skip
        assert theirs.get(where).status_code == 403, where
        assert CANARY not in everything(theirs.get(where)), where
    assert "Unpaid." in theirs.get("/a/bolt/").text
    for where in ("/s/bolt/", "/s/bolt/feed.atom", "/s/bolt/nothing"):
        answer = client.get(where)
        assert answer.status_code == 503, where
        assert CANARY not in everything(answer)
    assert post(theirs, "/a/bolt/pages/new", title="x", type="page").status_code == 403
    assert "Acme" not in theirs.get("/a/bolt/").text


@both_databases
def test_l39_nothing_of_a_closed_tenant_is_left(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    fill(app, cast.bolt)
    with app.app_context():
        in_tree(ask_close, cast.bolt, by=as_actor(cast.operator), reason="Left.")
        with time_machine.travel(now() + GRACE * 1.01, tick=True):
            assert erase_closed() == 1
        with across_tenants("tests"):
            for table in Base.metadata.sorted_tables:
                if table.name in KEPT or table.name == "person":
                    continue  # the trail stays; people are nobody's tenant's
                rows = db.session.execute(select(table)).all()
                assert not [row for row in rows if CANARY in repr(row)], table.name
    with time_machine.travel(now() + GRACE * 1.02, tick=True):
        sign_in(client, cast.operator)
        for where in ("/s/bolt/", "/s/bolt/feed.atom", "/console/accounts/", "/console/schedules/",
                      f"/console/accounts/details/?id={cast.bolt.id}"):  # fmt: skip
            assert CANARY not in everything(client.get(where)), where
        assert client.get("/s/bolt/").status_code == 410
        former = sign_in(browser(app), cast.bolt_admin)
        assert former.get("/a/bolt/pages/").status_code in {403, 404}


def test_l45_a_reset_asked_at_the_old_address_dies_with_it(
    app: Flask, client: FlaskClient, cast: Cast
):
    browser(app).post("/sign-in/reset", data={"email": cast.editor.email})
    (reset,) = mails(app)
    sign_in(client, cast.editor)
    ask(client)
    found = links(app)
    assert follow(app, found["edda@new.example"], client).location == "/me/"
    opened = browser(app)
    answer = opened.get(link_in(reset), follow_redirects=True)
    assert answer.status_code == 410
    assert post_sign_in(browser(app), "edda@new.example").status_code == 303


def test_l31_notices_go_to_nobody_who_lost_it(app: Flask, cast: Cast):
    grant = given(app, cast, 30)
    with app.app_context(), across_tenants("tests"):
        row = db.session.get_one(Grant, uuid.UUID(str(grant)))
        row.ended_at = row.since
        db.session.info["recorded"] = {("Grant", row.id)}
        db.session.commit()
    given(app, cast, 30)
    change(app, cast, cast.admin, deactivated_at=now())
    with app.app_context(), time_machine.travel(now() + GRACE * 0.8):
        announce_endings()
    assert [mail.recipient for mail in mails(app)] == [cast.viewer.email]
    assert all("Bolt" not in mail.text for mail in mails(app))
