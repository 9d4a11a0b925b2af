"""What the tests about people share: signing in for real, reading the trail and the outbox."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.outbox import OutboxMail
from tenants.audit import AuditEvent, record
from tenants.db import db
from tenants.events import Event
from tenants.people import Person
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.cast import PASSWORD, Cast, Someone
from tests.fixtures.client import Browser
from tests.fixtures.pages import TESTS

NEW_PASSWORD = "eleven blue kettles whistle"


def browser(app: Flask) -> FlaskClient:
    """A new browser, signed out."""
    app.test_client_class = Browser
    return app.test_client()


def post_sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, to: str = "/sign-in", **more: Any
) -> TestResponse:
    """Send the sign-in form."""
    return client.post(to, data={"email": email, "password": password}, **more)


def is_signed_in(client: FlaskClient) -> bool:
    """Whether the portal knows this browser."""
    return client.get("/me/").status_code == 200


def events(app: Flask, *names: str) -> list[AuditEvent]:
    """The trail's events with these names, oldest first."""
    with app.app_context(), across_tenants("a test reads the trail"):
        found = db.session.scalars(
            select(AuditEvent).where(AuditEvent.event.in_(names)).order_by(AuditEvent.id)
        ).all()
        db.session.expunge_all()
    return list(found)


def mails(app: Flask) -> list[OutboxMail]:
    """All mail in the outbox, oldest first."""
    with app.app_context():
        found = list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)))
        db.session.expunge_all()
    return found


def link_in(mail: OutboxMail) -> str:
    """The path of the one link in a mail."""
    found = re.findall(r"https?://localhost(/\S+)", mail.text)
    assert len(found) == 1, mail.text
    return str(found[0])


def change(app: Flask, cast: Cast, person: Someone, **values: Any) -> None:
    """Set fields of a person, with the event the trail asks for."""
    with app.app_context(), acting_in(tenant_scope(cast.house.id)):
        row = db.session.get(Person, person.id)
        for name, value in values.items():
            setattr(row, name, value)
        record(Event.PERSON_CHANGED, row, by=TESTS, account_id=cast.house.id)
        db.session.commit()
