"""SQLite knows nothing of how many rows a tenant has: where its pages look is not left to it."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.accounts import Account
from tenants.db import db
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.site.scene import statements, writing


def test_a_small_account_passes_no_others_events_nor_accounts(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    sign_in(client, cast.berlin_admin)
    with statements(app) as sent:
        assert client.get("/a/acme-berlin/trail/").status_code == 200
    events = _plan(
        database_url, next(each for each in sent if "FROM audit_event AS listed" in each)
    )
    assert any("ix_audit_event_account_id_at (account_id=?)" in step for step in events), events
    assert not any("ix_audit_event_tenant_id" in step for step in events), events


def test_fifty_accounts_by_id_are_not_looked_for_in_the_whole_tenant(
    app: Flask, cast: Cast, database_url: str
):
    wanted = Account.id.in_([uuid.uuid4() for _ in range(50)])
    with statements(app) as sent, writing(app, cast.acme):
        assert db.session.scalars(select(Account.name).where(wanted)).all() == []
    named = _plan(database_url, next(each for each in sent if "account.id IN" in each))
    assert not any("ix_account_tenant_id" in step for step in named), named


def _plan(database_url: str, asked: str) -> list[str]:
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {asked}", (0,) * asked.count("?"))
        return [row[-1] for row in plan]
