"""When somebody was given rights, and when they ended: his own to know, wherever it was."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tenants.accounts import Account
from tenants.clock import now
from tenants.db import db
from tenants.engines import reading
from tenants.grants import Grant
from tenants.roles import Role
from tenants.scope import directory

MOST = 500


@dataclass(frozen=True)
class GrantEntry:
    """A grant began or ended. `id` is the grant's."""

    at: datetime
    id: uuid.UUID
    sentence: str
    by: str
    reason: str
    ended: bool


def grant_log(person_id: uuid.UUID) -> list[GrantEntry]:
    """Return what became of the person's last 500 grants, the latest first. One statement.

    Opens and closes its own short read; call it outside any scope.
    """
    query = (
        select(Grant, Role.name.label("role"), Account.name.label("account"))
        .join(Role, Role.id == Grant.role_id)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.person_id == person_id, Grant.since <= now())
        .order_by(Grant.since.desc(), Grant.id.desc())
    )
    found: list[GrantEntry] = []
    with reading(), directory():
        for grant, role, account in db.session.execute(query.limit(MOST)):
            found += _entries(grant, f"the role {role} at {account}")
    return sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)


def _entries(grant: Grant, what: str) -> list[GrantEntry]:
    given = f"gave you {what}"
    entries = [
        GrantEntry(
            grant.since, grant.id, given, grant.given_by_label or "The portal", grant.because, False
        )
    ]
    if grant.ended_at is not None:
        by = grant.ended_by_label or "The portal"
        entries.append(
            GrantEntry(grant.ended_at, grant.id, f"took {what} away", by, grant.end_reason, True)
        )
    elif grant.until is not None and grant.until <= now():
        entries.append(
            GrantEntry(
                grant.until, grant.id, f"ended {what}: its time was up", "The portal", "", True
            )
        )
    return entries
