"""Grants that end soon: who is told, once, however many processes look."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tenants.accounts import Account, AccountRef, ref
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.grants import Grant
from tenants.people import Person
from tenants.roles import Role
from tenants.scope import TenantScoped

AHEAD = timedelta(days=7)
"""How long before its end a grant's people are told. Shorter grants need no notice."""


class GrantNotice(Keyed, TenantScoped, Base):
    """The end of a grant was announced. One row a grant: whoever writes it sends the mails."""

    __tablename__ = "grant_notice"

    grant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("grant.id"), unique=True)
    sent_at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True)
class Ending:
    """A grant that ends soon, and whoever is to be told; outlives the session that loaded it."""

    grant_id: uuid.UUID
    account: AccountRef
    person_id: uuid.UUID
    role_id: uuid.UUID
    role_name: str
    until: datetime | None
    name: str
    email: str
    zone: str
    giver_name: str | None
    giver_email: str | None


def grants_ending(limit: int = 200) -> list[Ending]:
    """Return grants in force that end within AHEAD and were not announced, the soonest first.

    The giver is left out when he cannot sign in any more. Needs `across_tenants` or a tenant.
    """
    return _endings(limit, None)


def announce(grant_id: uuid.UUID) -> Ending | None:
    """Note that a grant's end is announced and return it; None when it ended, or was announced.

    Raises IntegrityError, at the latest on flush, when another process does it at this moment.
    """
    found = _endings(1, grant_id)
    if not found:
        return None
    ending = found[0]
    db.session.add(
        GrantNotice(
            tenant_id=ending.account.tenant_id, account_id=ending.account.id, grant_id=grant_id
        )
    )
    db.session.flush()
    return ending


def _endings(limit: int, grant_id: uuid.UUID | None) -> list[Ending]:
    moment, giver = now(), aliased(Person)
    told = select(GrantNotice.grant_id).where(GrantNotice.grant_id == Grant.id)
    query = (
        select(Grant, Account, Role, Person, giver)
        .join(Account, Account.id == Grant.account_id)
        .join(Role, Role.id == Grant.role_id)
        .join(Person, Person.id == Grant.person_id)
        .outerjoin(giver, giver.id == Grant.given_by_id)
        .where(
            Grant.until <= moment + AHEAD,
            Person.deactivated_at.is_(None),
            ~told.exists(),
            *Grant.in_force(moment),
        )
        .order_by(Grant.until, Grant.id)
        .limit(limit)
    )
    if grant_id is not None:
        query = query.where(Grant.id == grant_id)
    return [
        _ending(*row)
        for row in db.session.execute(query)
        if row[0].until and row[0].until - row[0].since > AHEAD
    ]


def _ending(
    grant: Grant, account: Account, role: Role, person: Person, giver: Person | None
) -> Ending:
    there = giver if giver is not None and giver.active and giver.id != person.id else None
    return Ending(
        grant.id, ref(account), person.id, role.id, role.name, grant.until, person.name,
        person.email, person.zone, there.name if there else None,
        there.email if there else None,
    )  # fmt: skip
