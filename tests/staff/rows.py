"""Rows for the console's tests, made by the portal's own actions where there are any."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import Flask

from portal.content.moments import moment_at
from portal.content.pages import revision_by_id
from portal.content.scheduling import schedule
from portal.outbox import post
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.delegation import bestow
from tenants.events import Event
from tenants.people import Person
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page
from tests.tenants.support_scene import looking


def scheduled_page(app: Flask, account: AccountRef, title: str) -> uuid.UUID:
    """A page that is due tomorrow; returns the schedule's id."""
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        page = make_page(account, title)
        revision = revision_by_id(page.draft_revision_id, page)
        moment = moment_at(now() + timedelta(days=1), "Europe/Berlin")
        row = schedule(page, "publish", revision, moment, account, by=TESTS)
        db.session.commit()
        return row.id


def one_of_each(app: Flask, cast: Cast) -> None:
    """A row for every list of the console that the cast alone leaves empty."""
    scheduled_page(app, cast.acme, "Secret plan")
    with app.app_context():
        post("ada@acme.example", "Secret plan", "Text", cast.acme.tenant_id)
        db.session.commit()
        looking(cast.operator, cast.bolt)


def many(app: Flask, account: AccountRef, number: int, **values: Any) -> None:
    """`number` people, each with a grant and so with events, at an account."""
    with app.app_context(), across_tenants("tests"):
        role = built_in("viewer")
        for each in range(number):
            fields = {"name": f"Person {each:04}", **values}
            person = Person(email=f"p{uuid.uuid4().hex}@many.example", **fields)
            db.session.add(person)
            record(Event.PERSON_ADDED, person, by=TESTS, account_id=account.id,
                   tenant_id=account.tenant_id)  # fmt: skip
            bestow(person, role, account, by=TESTS, because="There are many.")
        db.session.commit()
