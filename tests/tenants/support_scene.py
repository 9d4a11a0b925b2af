"""Support sessions for tests, opened and changed by the same actions the portal uses."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tenants.accounts import AccountRef
from tenants.db import db
from tenants.looks import last_look
from tenants.scope import acting_in, tenant_scope
from tenants.support import SupportSession, session_by_id
from tenants.supporting import ask_to_write, consent, open_session
from tests.fixtures.cast import Someone, as_actor

OPENED = {"reason": "A page will not publish.", "ticket": "T-1"}


def looking(
    person: Someone, account: AccountRef, *, agreed_by: Someone | None = None, ticket: str = "T-1"
) -> uuid.UUID:
    """Open a session, let it write if somebody agrees; return its id. Needs an app context."""
    last, by = last_look(person.id), as_actor(person)
    admin = as_actor(agreed_by) if agreed_by else None
    with acting_in(tenant_scope(account.tenant_id)):
        row = open_session(account, last, by=by, reason="A page will not publish.", ticket=ticket)
        if admin is not None:
            row = session_by_id(row.id, account, lock=True) or row
            ask_to_write(row, by=by)
            consent(row, account, by=admin)
        db.session.commit()
        return row.id


def row_of(app: Flask, account: AccountRef, session_id: uuid.UUID) -> SupportSession:
    """A session as it stands in the database."""
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        row = session_by_id(session_id, account, lock=False)
        assert row is not None
        return row


def opened(client: FlaskClient, handle: str = "acme", **more: Any) -> str:
    """Open a session in the browser of somebody signed in; return the session's address."""
    answer = client.post(f"/a/{handle}/support/open", data=OPENED | more)
    assert answer.status_code == 302, answer.text
    return str(answer.location)
