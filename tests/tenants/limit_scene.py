"""Limits set for tests, and what is taken from them."""

from __future__ import annotations

import uuid
from typing import Any

from portal.content.drafting import Text, create_page
from tenants.accounts import AccountRef
from tenants.allotting import set_limit
from tenants.audit import excuse
from tenants.db import db
from tenants.decisions import Actor
from tenants.people import Person
from tenants.quotas import Resource
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS


def limit(
    cast: Cast, account: AccountRef, resource: Resource, amount: int | None, **more: Any
) -> None:
    """Set a limit by the house, committed."""
    above = next(a for a in cast.accounts.values() if a.id == account.parent_id)
    with acting_in(tenant_scope(account.tenant_id)):
        set_limit(account, above, resource, amount, by=TESTS, **more)
        db.session.commit()


def write_page(account: AccountRef, by: Actor, title: str = "One more") -> None:
    """Start a page; the caller commits."""
    create_page(account, "page", Text(title=title, body="<p>Words.</p>"), by=by)


def add_person(email: str) -> uuid.UUID:
    """Somebody new without a role, committed."""
    with across_tenants("somebody new"):
        person = Person(email=email, name=email.partition("@")[0])
        db.session.add(person)
        excuse(person, "Sets the scene.")
        db.session.commit()
        return person.id
