"""The scene other tests are set in."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from portal.content.pages import Page
from tenants.db import db
from tenants.permissions import Permission
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in

pytestmark = both_databases


def test_everybody_has_the_role_their_name_says(app: Flask, cast: Cast):
    with app.app_context():
        for person in cast.people.values():
            [holding] = as_actor(person).holdings
            assert holding.account_handle == person.handle
            assert Permission.ACCOUNT_VIEW in holding.permissions


def test_each_account_has_the_same_three_pages(app: Flask, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.bolt.id)):
        assert db.session.scalar(select(func.count()).select_from(Page)) == 3


def test_a_signed_in_browser_is_known(app: Flask, cast: Cast, client):
    assert sign_in(client, cast.editor).get("/a/nowhere/").status_code == 404
