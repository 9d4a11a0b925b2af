"""What people do with files, and what becomes of it: for tests."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.jobs.media import find_unready, make_renditions
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import across_tenants

NEW = "/a/acme/pages/new"
SAID = {"name": "Harbour", "alt": "A harbour", "caption": "", "focal_x": "50", "focal_y": "50"}


def page_with(client: FlaskClient, body: str, title: str = "At sea") -> str:
    answer = client.post(NEW, data={"title": title, "body": body, "type": "page"})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def publish(client: FlaskClient, page: str) -> TestResponse:
    form = client.get(f"{page}publish").text
    revision = re.search(r'name="revision"[^>]*value="([^"]+)"', form)
    assert revision
    return client.post(f"{page}publish", data={"revision": revision[1]})


def image(where: str, alt: str = "A harbour") -> str:
    return f'<p>Look: <img src="{where}file" alt="{alt}"></p>'


def work(app: Flask) -> None:
    """What the scheduler and a worker would do."""
    with app.app_context():
        for version_id in find_unready():
            assert make_renditions(version_id)


def told(app: Flask, event: str) -> list[AuditEvent]:
    with app.app_context(), across_tenants("a test looks"):
        found = list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == event)))
        db.session.expunge_all()
        return found
