"""Who enters the console, and what everybody else meets."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants.db import db
from tenants.delegation import bestow
from tenants.people import person_by_id
from tenants.permissions import Permission
from tenants.roles import Role, RolePermission, built_in
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.staff.addresses import FOR_OPERATORS, LISTS, PAGES, UNKNOWN, every_address, some_row
from tests.staff.rows import many, one_of_each

STAFF = ("owner", "operator", "support", "auditor")
STOCK = ("new/", "edit/", "delete/", "action/", "ajax/lookup/", "ajax/update/", "inline/", "act/",
         "act/delete/", "act/end/more/", "export/", "details/edit/")  # fmt: skip
STRANGERS = ("admin", "publisher", "editor", "author", "viewer", "berlin_admin", "bolt_admin")


def without_numbers(text: str) -> str:
    return re.sub(r"[0-9a-f]{32}", "", text)


@both_databases
def test_every_level_sees_every_page(app: Flask, client: FlaskClient, cast: Cast):
    one_of_each(app, cast)
    addresses = every_address(app)
    assert len(addresses) == 28
    for level in STAFF:
        sign_in(client, cast.people[level])
        found = {address: client.get(address).status_code for address in addresses}
        shut = {address for address, status in found.items() if status != 200}
        assert shut == (set() if level in ("owner", "operator") else FOR_OPERATORS), found


def test_strangers_meet_what_does_not_exist(app: Flask, client: FlaskClient, cast: Cast):
    addresses = [*every_address(app), *(f"{each}details/?id={UNKNOWN}" for each in LISTS)]
    for who in STRANGERS:
        sign_in(client, cast.people[who])
        nothing = client.get("/nothing-here/")
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 404, (who, address)
            assert without_numbers(answer.text) == without_numbers(nothing.text)


def test_signed_out_people_are_asked_to_sign_in(app: Flask, client: FlaskClient):
    for address in every_address(app):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer.location.startswith("/sign-in?next=/console/"), address


def test_stock_writes_have_no_address(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    for address in LISTS:
        for verb in STOCK:
            for row in ("", f"?id={some_row(app, address.split('/')[2])}&name=person&query=a"):
                assert client.get(address + verb + row).status_code == 404
                assert client.post(address + verb + row).status_code == 404
    for address in every_address(app):
        assert client.post(address).status_code == (422 if "/act/" in address else 405)
    assert client.get("/console/static/admin/js/actions.js").status_code == 404


@pytest.mark.parametrize("address", LISTS)
def test_ids_of_nothing_are_not_found(app: Flask, client: FlaskClient, cast: Cast, address: str):
    one_of_each(app, cast)
    known = some_row(app, address.split("/")[2])
    sign_in(client, cast.owner)
    assert client.get(f"{address}details/?id={known}").status_code == 200
    bad_ids = ("", "1", "../etc/passwd", UNKNOWN, f"{{{known}}}", known.upper(), known + " ",
               known.replace("-", ""), "a" * 5000, "\x00")  # fmt: skip
    for bad in bad_ids:
        answer = client.get(f"{address}details/", query_string={"id": bad})
        assert answer.status_code == 404, bad
    assert client.get(f"{address}details/").status_code == 404
    assert client.get(f"{address}details/?id={UNKNOWN}&id={UNKNOWN}").status_code == 404


def give_role(app: Flask, cast: Cast, *rights: Permission, reach: str = "subtree") -> None:
    """Give Acme's viewer a role at the house with just these rights."""
    with app.app_context(), across_tenants("tests"):
        role = Role(key="guest", name="Guest", tenant_id=cast.house.tenant_id)
        db.session.add(role)
        db.session.info["recorded"] = {("Role", role.id)}
        db.session.flush()
        for right in rights:
            db.session.add(
                RolePermission(
                    role_id=role.id, permission=str(right), tenant_id=cast.house.tenant_id
                )
            )
        person = person_by_id(cast.viewer.id)
        assert person is not None
        bestow(person, role, cast.house, by=TESTS, reach=reach)  # type: ignore[arg-type]
        db.session.commit()


def test_staff_who_lack_one_right_are_told_which(app: Flask, client: FlaskClient, cast: Cast):
    give_role(app, cast, Permission.CONSOLE_VIEW)
    sign_in(client, cast.viewer)
    answers = {address: client.get(address) for address in PAGES}
    refused = {address for address, answer in answers.items() if answer.status_code == 403}
    assert refused == {"/console/people/", "/console/grants/", "/console/schedules/",
                       "/console/support/", "/console/trail/", "/console/roles/",
                       "/console/outbox/", "/console/jobs/"}  # fmt: skip
    assert "trail.view" in answers["/console/trail/"].text
    assert "/console/trail/" not in answers["/console/"].text, "no way in is shown"
    assert "Nobody holds" not in client.get(
        f"/console/accounts/details/?id={cast.house.id}"
    ).text, "grants need their own right"  # fmt: skip


def test_a_right_at_the_house_alone_shows_the_house_alone(
    app: Flask, client: FlaskClient, cast: Cast
):
    give_role(app, cast, *Permission, reach="account")
    sign_in(client, cast.viewer)
    accounts = client.get("/console/accounts/")
    assert accounts.status_code == 200
    assert "The House" in accounts.text
    assert ">Bolt<" not in accounts.text
    assert client.get(f"/console/accounts/details/?id={cast.bolt.id}").status_code == 404
    assert cast.bolt_admin.email not in client.get("/console/people/").text
    assert client.get(f"/console/people/details/?id={cast.bolt_admin.id}").status_code == 404
    assert "bolt" not in client.get("/console/trail/export/csv/").text.lower()
    assert cast.bolt_admin.email not in client.get("/console/grants/?account=bolt").text


def test_an_ended_role_closes_the_door(app: Flask, client: FlaskClient, cast: Cast):
    many(app, cast.acme, 1)
    with app.app_context(), across_tenants("tests"):
        person = person_by_id(cast.viewer.id)
        assert person is not None
        grant = bestow(person, built_in("support"), cast.house, by=TESTS)
        db.session.commit()
    sign_in(client, cast.viewer)
    assert client.get("/console/").status_code == 200
    with app.app_context(), across_tenants("tests"):
        row = db.session.get(type(grant), grant.id)
        assert row is not None
        row.ended_at = row.since
        db.session.info["recorded"] = {("Grant", row.id)}
        db.session.commit()
    assert client.get("/console/").status_code == 404
