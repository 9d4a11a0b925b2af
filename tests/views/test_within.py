"""The list of pages beyond one account, and a right that ends for every process at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.accounts import AccountRef
from tenants.db import db
from tenants.ending import end
from tenants.grants import Grant
from tenants.offers import grant_by_id
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page
from tests.site.scene import statements as sent_inside


def fill(app: Flask, account: AccountRef, number: int) -> None:
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        for each in range(number):
            make_page(account, f"One more {each}")
        db.session.commit()


def statements(app: Flask, client: FlaskClient, address: str) -> int:
    """How many statements a page takes."""
    with sent_inside(app) as sent:
        assert client.get(address).status_code == 200
    return len(sent)


@both_databases
@pytest.mark.parametrize("within", ["below", "all"])
def test_a_list_shows_what_stands_below_and_nothing_else(
    app: Flask, client: FlaskClient, cast: Cast, within: str
):
    fill(app, cast.mitte, 1)
    seen = sign_in(client, cast.berlin_editor).get(f"/a/acme-berlin/pages/?within={within}").text
    assert "One more 0" in seen
    assert "/a/acme-berlin-mitte/pages/" in seen
    assert "/a/acme-hamburg/pages/" not in seen
    assert "/a/bolt/pages/" not in seen


@pytest.mark.parametrize("within", ["", "below", "all"])
def test_a_list_takes_the_same_statements_whatever_it_holds(
    app: Flask, client: FlaskClient, cast: Cast, within: str
):
    sign_in(client, cast.berlin_editor)
    address = f"/a/acme-berlin/pages/?within={within}"
    statements(app, client, address)
    few = statements(app, client, address)
    fill(app, cast.mitte, 60)
    fill(app, cast.berlin, 60)
    assert statements(app, client, address) == few


def test_older_pages_follow_without_a_gap(app: Flask, client: FlaskClient, cast: Cast):
    fill(app, cast.mitte, 60)
    sign_in(client, cast.berlin_editor)
    first = client.get("/a/acme-berlin/pages/?within=below").text
    older = first.split("within=below")
    assert "before=" in first
    assert len(older) > 1
    address = first.split("before=")[1].split('"')[0].replace("&amp;", "&")
    second = client.get(f"/a/acme-berlin/pages/?before={address}").text
    for number in range(60):
        title = f"One more {number}<"
        assert (title in first) != (title in second)


@both_databases
def test_a_right_that_ended_is_refused_by_every_process_at_once(
    app: Flask, cast: Cast, make_app: Callable[..., Flask]
):
    """Two apps over one database, as two processes are: neither keeps rights between requests."""
    other = make_app(app.config["SQLALCHEMY_DATABASE_URI"])
    clients = [sign_in(each.test_client(), cast.editor) for each in (app, other)]
    address = "/a/acme/pages/new"
    assert [client.get(address).status_code for client in clients] == [200, 200]
    _end_grants(app, cast, cast.editor.id)
    assert [client.get(address).status_code for client in clients] == [404, 404]


def _end_grants(app: Flask, cast: Cast, person_id: uuid.UUID) -> None:
    with app.app_context():
        admin = as_actor(cast.admin)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            found = db.session.scalars(select(Grant.id).where(Grant.person_id == person_id)).one()
            grant = grant_by_id(found)
            assert grant is not None
            end(grant, cast.acme, by=admin, reason="Gone.")
            db.session.commit()
