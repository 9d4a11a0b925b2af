"""Who of the staff is looking where: support sessions as they must be seen across tenants.

Each function opens and closes the directory's own short read; call them outside any scope, or
before anything was read in one. They return plain values that outlive the session.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, or_, select

from tenants.accounts import Account, AccountRef, ref
from tenants.clock import now
from tenants.db import UtcDateTime, db
from tenants.decisions import Support
from tenants.people import Person
from tenants.prepared import by_key
from tenants.scope import directory, reading
from tenants.support import SupportSession


@dataclass(frozen=True)
class Look:
    """A support session as it stands: whose, where, how far it goes, and when it is over."""

    id: uuid.UUID
    number: int
    account: AccountRef
    person_id: uuid.UUID
    person_name: str
    person_email: str
    support: Support
    over_at: datetime
    open: bool
    owes_report: bool


def last_look(person_id: uuid.UUID) -> Look | None:
    """Return the person's latest session, open or not; None when there was none. One statement."""
    found = _looks(_query(SupportSession.person_id == person_id, limit=1))
    return found[0] if found else None


def looks_at(account: AccountRef) -> list[Look]:
    """Return the sessions open at the account or above it, and those without their report.

    One statement; the latest first.
    """
    return _looks(_of_path(), path=account.path, moment=now())


@cache
def _of_path() -> Any:
    moment: Any = bindparam("moment", type_=UtcDateTime())
    path: Any = bindparam("path", type_=Uuid(), expanding=True)
    owing = and_(SupportSession.broke_glass_at.is_not(None), SupportSession.reported_at.is_(None))
    conditions = (
        SupportSession.account_id.in_(path),
        or_(and_(*SupportSession.in_force(moment)), owing),
    )
    return by_key(_query(*conditions))


def reports_missing() -> list[Look]:
    """Return the sessions, of all tenants, in which glass was broken and no report written yet."""
    owing = SupportSession.broke_glass_at.is_not(None), SupportSession.reported_at.is_(None)
    return _looks(_query(*owing))


def _query(*conditions: ColumnElement[bool], limit: int = 100) -> Any:
    return (
        select(SupportSession, Account, Person)
        .join(Account, Account.id == SupportSession.account_id)
        .join(Person, Person.id == SupportSession.person_id)
        .where(*conditions)
        .order_by(SupportSession.started_at.desc(), SupportSession.number.desc())
        .limit(limit)
    )


def _looks(query: Any, **given: object) -> list[Look]:
    with reading(), directory():
        return [_look(*row) for row in db.session.execute(query, given)]


def _look(row: SupportSession, account: Account, person: Person) -> Look:
    return Look(
        id=row.id,
        number=row.number,
        account=ref(account),
        person_id=person.id,
        person_name=person.name,
        person_email=person.email,
        support=row.support_at(now()),
        over_at=row.over_at,
        open=row.open,
        owes_report=row.owes_report,
    )
