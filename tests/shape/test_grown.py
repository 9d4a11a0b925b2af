"""A page asks and reads among 3,500 accounts what it does among 500, of which a fifth are below."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.pages import Page
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db, new_id
from tenants.grants import Grant
from tenants.roles import Role
from tenants.scope import across_tenants
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.statements import listening

FEW, MANY, EACH = 100, 700, 10
MORE = 1.1
SCREENS = ("", "pages/", "pages/?within=below", "access/", "trail/", "waiting/")


class Tenant:
    """Acme, with more and more accounts below Berlin, and four times as many below Hamburg.

    Each has a grant, a page and two events, a minute after those of the one before, and all that
    before the days that the trail has a picture of: what happens in those is counted.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast, self.size, self.rows = cast, 0, dict[Any, list[dict[str, Any]]]()
        with across_tenants("the role that everybody has"):
            role = db.session.scalars(select(Role).where(Role.key == "account-admin")).one()
            self.role_id = role.id
            db.session.rollback()

    def grow(self, to: int) -> None:
        """Let Berlin have so many."""
        self.rows = {model: [] for model in (Account, AccountClosure, Grant, Page, AuditEvent)}
        for number in range(self.size, to):
            for above in (self.cast.berlin, *[self.cast.hamburg] * 4):
                self._add(above, number)
        with db.engine.begin() as connection:
            for model, rows in self.rows.items():
                connection.execute(model.__table__.insert(), rows)
        self.size = to

    def _add(self, above: AccountRef, number: int) -> None:
        own = new_id()
        path = (*above.path, own)
        here = {"tenant_id": above.tenant_id, "account_id": own}
        at = now() - timedelta(days=60) + timedelta(minutes=number)
        self.rows[Account].append({
            "id": own, "tenant_id": above.tenant_id, "parent_id": above.id, "kind": "secondary",
            "handle": f"a-{own.hex}", "name": f"No. {number}", "depth": len(path) - 1,
            "path": "/".join(each.hex for each in path),
        })  # fmt: skip
        self.rows[AccountClosure] += [
            {"tenant_id": above.tenant_id, "ancestor_id": each, "descendant_id": own, "distance": n}
            for n, each in enumerate(reversed(path))
        ]
        who = {"person_id": self.cast.editor.id, "role_id": self.role_id}
        self.rows[Grant].append(here | who)
        self.rows[Page].append(here | {"type": "post", "title": "Made up", "changed_at": at})
        self.rows[AuditEvent] += [self._event(here, at) for _ in range(2)]

    def _event(self, here: dict[str, uuid.UUID], at: Any) -> dict[str, Any]:
        told = {"event": "account.changed", "target_type": "account", "target_label": "Made up"}
        return here | told | {"at": at, "actor_label": ""}


@dataclass
class Work:
    """What an answer took: statements, and instructions of SQLite's machine."""

    statements: int = 0
    steps: int = 0


@contextmanager
def counted(app: Flask) -> Iterator[Work]:
    """The work of what is asked inside the block."""
    work, asked = Work(), set[Any]()

    def step() -> int:
        work.steps += EACH
        return 0

    def begin(connection: Any, *_rest: object) -> None:
        work.statements += 1
        driver = connection.connection.driver_connection
        driver.set_progress_handler(step, EACH)
        asked.add(driver)

    try:
        with listening(app, begin):
            yield work
    finally:
        for driver in asked:
            driver.set_progress_handler(None, 0)


def works(app: Flask, client: FlaskClient) -> dict[str, Work]:
    """What each screen takes, once everything that is kept for a while is there."""
    found: dict[str, Work] = {}
    for screen in SCREENS:
        for _ in range(3):
            with counted(app) as work:
                assert client.get(f"/a/acme-berlin/{screen}").status_code == 200
            least = found.setdefault(screen, work)
            found[screen] = min(least, work, key=lambda each: each.steps)
    return found


def test_no_screen_does_more_for_more_accounts(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.berlin_admin)
    with app.app_context():
        tenant = Tenant(cast)
        tenant.grow(FEW)
    few = works(app, client)
    with app.app_context():
        tenant.grow(MANY)
    many = works(app, client)
    wrong = [
        f"{screen or 'dashboard'}: {few[screen]} → {work}" for screen, work in many.items()
        if work.steps > MORE * few[screen].steps or work.statements != few[screen].statements
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)
