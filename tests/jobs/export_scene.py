"""Asking for large exports and making them, for tests."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.content.export_rows import ExportRun
from portal.files import files
from portal.jobs import export_runs as jobs
from portal.views import exports
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tenants.grants import grants_at
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import looking
from tests.fixtures.cast import Cast, Someone
from tests.fixtures.pages import TESTS

ASK = "/a/acme/export/"
WANTED = {"format": "markdown", "which": "drafts", "media": "all"}


@pytest.fixture
def everything_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGES", 0)
    monkeypatch.setattr(jobs, "TELL_SECONDS", 0.0)


def ask(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(ASK, data=WANTED | changes)


def asked(client: FlaskClient, **changes: str) -> str:
    answer = ask(client, **changes)
    assert answer.status_code == 302, answer.text
    return answer.location


def id_in(address: str) -> uuid.UUID:
    return uuid.UUID(address.rstrip("/").rpartition("/")[2])


def work(app: Flask, address: str) -> bool:
    with app.app_context():
        return jobs.run_export(id_in(address))


def row(app: Flask, cast: Cast, address: str) -> dict[str, Any]:
    with app.app_context(), looking(cast.acme):
        found = db.session.scalars(select(ExportRun).where(ExportRun.id == id_in(address))).one()
        return {column.name: getattr(found, column.name) for column in ExportRun.__table__.columns}


def change(app: Flask, cast: Cast, address: str, **values: Any) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.scalars(select(ExportRun).where(ExportRun.id == id_in(address))).one()
        for name, value in values.items():
            setattr(found, name, value)
        db.session.commit()


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return [key for key, _ in files().keys("") if "/export-" in key]


def take_role_away(app: Flask, cast: Cast, person: Someone) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        held = grants_at((cast.acme.id,), now())
        for grant in (grant for grant in held if grant.person_id == person.id):
            grant.ended_at = now()
            record(Event.GRANT_ENDED, grant, by=TESTS, person=person.email, role="x", changes={})
        db.session.commit()
