"""What tests of types in the browser share: what is typed, what was kept, what happened."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.content_types import ContentType, Definition, defined, type_by_id
from portal.content.pages import page_by_id, revision_by_id
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import event_type, field_id
from tests.fixtures.cast import Cast

NEW = "/a/acme/pages/new?type=event"
TYPED = {
    "type": "event", "title": "Summer fair", "body": "<p>Come.</p>", "f-venue": "The mill",
    "f-directions": "Bus 3,\r\nthen walk.", "f-programme": "<p>Soup.</p>", "f-seats": "40",
    "f-day": "2026-03-28", "m-begins-wall": "2026-03-28T19:30", "m-begins-zone": "Europe/Berlin",
    "f-level": "Everybody", "f-free": "yes", "f-tickets": "https://tickets.example/42",
    "g-speakers-0-p-name": "Ada", "g-speakers-0-p-about": "<p>Counts.</p>",
    "g-speakers-1-p-name": "", "g-speakers-1-p-about": "",
}  # fmt: skip
TYPES = "/a/acme/types/"
WORDS = {"name": "Event", "sentence": "It happens.", "stands": "tree", "with_body": "y"}
FIELD = {"label": "Venue", "kind": "text", "hint": "", "options": ""}


def do(app: Flask, cast: Cast, act: Callable[[], Any]) -> Any:
    """Do something at Acme and commit it."""
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        found = act()
        db.session.commit()
        return found


def fields_of(app: Flask, cast: Cast, address: str) -> dict[str, Any]:
    """What the draft of the page at an address of the editor holds."""
    found = uuid.UUID(address.rstrip("/").rsplit("/", 1)[-1])

    def read() -> dict[str, Any]:
        page = page_by_id(found, cast.acme.id)
        assert page is not None
        revision = revision_by_id(page.draft_revision_id, page)
        assert revision is not None
        return dict(revision.fields)

    return do(app, cast, read)


def sent(client: FlaskClient, url: str, **changes: Any) -> dict[str, Any]:
    """What the editor's form would send, with some inputs changed."""
    html = client.get(url).text
    inputs = {name: tag for tag, name in re.findall(r'(<input[^>]*name="([^"]+)"[^>]*>)', html)}
    wanted = [n for n in ("based_on", "type_version", "byline") if n in inputs]
    values = {name: re.search(r'value="([^"]*)"', inputs[name]) for name in wanted}
    kept = {name: found[1] for name, found in values.items() if found}
    return TYPED | kept | changes


def row_of(type_id: uuid.UUID, cast: Cast) -> ContentType:
    row = type_by_id(type_id, cast.acme.id)
    assert row is not None
    return row


def found(app: Flask, cast: Cast, type_id: uuid.UUID) -> Definition:
    def read() -> Definition:
        row = type_by_id(type_id, cast.acme.id)
        assert row is not None
        return defined(row)

    definition: Definition = do(app, cast, read)
    return definition


def last_event(app: Flask, cast: Cast) -> AuditEvent:
    def read() -> Any:
        return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()

    told: AuditEvent = do(app, cast, read)
    return told


def field_url(app: Flask, cast: Cast, type_id: uuid.UUID, label: str, act: str) -> str:
    def read() -> str:
        row = type_by_id(type_id, cast.acme.id)
        assert row is not None
        return f"{TYPES}{type_id}/fields/{field_id(row, label)}/{act}"

    url: str = do(app, cast, read)
    return url


def make_type(app: Flask, cast: Cast) -> uuid.UUID:
    """The id of a type at Acme with a field of every kind."""
    found: uuid.UUID = do(app, cast, lambda: event_type(cast.acme).id)
    return found
