"""A site has one menu a place, whoever puts one there at the same moment."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, false, insert, text, update
from sqlalchemy.exc import IntegrityError

from portal.content import menu_desk
from portal.content.sites import Menu
from tenants.accounts import Account
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.infra.postgres import Database
from tests.shape.test_tables import go
from tests.site.scene import writing
from tests.views.test_menus import start, stored

Built = Callable[..., Flask]
ACCOUNTS = {"north": f"{1:032x}", "south": f"{2:032x}"}
ROWS = (
    ("a", "north", True, True), ("b", "north", True, False), ("c", "north", False, True),
    ("a", "south", False, False), ("z", "south", True, True),
)  # fmt: skip
PUT_RIGHT = [
    ("north", "a", True, True), ("north", "b", False, False), ("north", "c", False, False),
    ("south", "a", False, False), ("south", "z", True, True),
]  # fmt: skip


@both_databases
@pytest.mark.parametrize("place", ["primary", "footer"])
def test_a_second_menu_at_a_place_is_refused(app: Flask, cast: Cast, place: str):
    def shown(slug: str) -> Menu:
        keys = {"tenant_id": cast.acme.tenant_id, "account_id": cast.acme.id}
        return Menu(slug=slug, name=slug, items=[], **keys, **{place: True})

    with writing(app, cast.acme):
        db.session.add(shown("one"))
    with pytest.raises(IntegrityError), writing(app, cast.acme):
        db.session.add(shown("two"))


@both_databases
def test_who_meets_another_menu_there_is_told(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.admin)
    start(client)
    spare = start(client, "", "Spare")
    monkeypatch.setattr(menu_desk, "update", _unseen)
    answer = client.post(f"{spare}place", data={"place": "main"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "Another menu was put there at this very moment." in answer.text
    typed = client.post("/a/acme/menus/new", data={"name": "Late", "place": "main"})
    assert (typed.status_code, 'value="Late"' in typed.text) == (422, True)
    assert "Another menu was put there at this very moment." in typed.text
    assert [(m.name, m.primary) for m in stored(app)] == [("Spare", False), ("Top", True)]
    assert [each.changes["place"][1] for each in events(app, "menu.shown")] == ["main"]


def test_what_was_there_twice_is_put_right_on_sqlite(make_app: Built, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    _put_right(make_app(url), create_engine(url))


@pytest.mark.postgres
def test_what_was_there_twice_is_put_right_on_postgresql(
    make_app: Built, empty_postgres_database: Database
):
    database = empty_postgres_database
    app = make_app(database.web_url, owner_database_url=database.owner_url)
    _put_right(app, create_engine(database.superuser_url))


def _put_right(app: Flask, engine: Engine) -> None:
    go(app, command.upgrade, "0470")
    added = text(
        'INSERT INTO menu (id, tenant_id, account_id, slug, name, "primary", footer, items) '
        "VALUES (:id, :tenant, :account, :slug, :slug, :primary, :footer, '[]')"
    )
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # rows alone will do here, whatever they lead to
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name, key in ACCOUNTS.items():
            row = {"kind": "master", "handle": name, "name": name, "path": f"/{name}/", "depth": 1}
            own = {"id": uuid.UUID(key), "tenant_id": uuid.UUID(int=1)}
            connection.execute(insert(Account).values(**own, **row))
        for number, (slug, account, primary, footer) in enumerate(ROWS):
            keys = {"id": f"{number:032x}", "tenant": f"{1:032x}", "account": ACCOUNTS[account]}
            shown = {"slug": slug, "primary": primary, "footer": footer}
            connection.execute(added, keys | shown)
    go(app, command.upgrade, "0475")
    with engine.connect() as connection:
        found = connection.execute(
            text('SELECT account_id, slug, "primary", footer FROM menu ORDER BY account_id, slug')
        ).all()
    engine.dispose()
    named = {uuid.UUID(key): name for name, key in ACCOUNTS.items()}
    told = [(named[uuid.UUID(str(row[0]))], row[1], bool(row[2]), bool(row[3])) for row in found]
    assert told == PUT_RIGHT


def _unseen(table: Any) -> Any:
    """Find no other menu to take away, as when it comes at the same moment."""
    return update(table).where(false())
