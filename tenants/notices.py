"""Grants that end soon: who is told, once, however many processes look."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tenants.accounts import Account, AccountRef, ref
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.grants import Grant
from tenants.groups import Group, GroupMember
from tenants.people import Person
from tenants.roles import Role, in_force
from tenants.scope import TenantScoped

AHEAD = timedelta(days=7)
"""How long before its end a grant's people are told. Shorter grants need no notice."""


class GrantNotice(Keyed, TenantScoped, Base):
    """The end of a grant was announced. One row a grant: whoever writes it sends the mails."""

    __tablename__ = "grant_notice"

    grant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("grant.id"), unique=True)
    sent_at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True)
class Told:
    """Somebody whose right ends."""

    id: uuid.UUID
    name: str
    email: str
    zone: str


@dataclass(frozen=True)
class Ending:
    """A grant that ends soon, and whoever is to be told; outlives the session that loaded it.

    `bearer` names who holds it; a group's `people` are those in it who can sign in.
    """

    grant_id: uuid.UUID
    account: AccountRef
    bearer: str
    person_id: uuid.UUID | None
    group_id: uuid.UUID | None
    people: tuple[Told, ...]
    role_id: uuid.UUID
    role_name: str
    until: datetime | None
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
        select(Grant, Account, Role, giver, Person, Group)
        .join(Account, Account.id == Grant.account_id)
        .join(Role, Role.id == Grant.role_id)
        .outerjoin(Person, Person.id == Grant.person_id)
        .outerjoin(Group, Group.id == Grant.group_id)
        .outerjoin(giver, giver.id == Grant.given_by_id)
        .where(
            Grant.until <= moment + AHEAD,
            or_(Grant.person_id.is_(None), Person.deactivated_at.is_(None)),
            ~told.exists(),
            *Grant.in_force(moment),
        )
        .order_by(Grant.until, Grant.id)
        .limit(limit)
    )
    if grant_id is not None:
        query = query.where(Grant.id == grant_id)
    rows = [
        row
        for row in db.session.execute(query).all()
        if row[0].until and row[0].until - row[0].since > AHEAD
    ]
    members = _members({row[0].group_id for row in rows if row[0].group_id}, moment)
    return [_ending(*row, members) for row in rows]


def _members(group_ids: set[uuid.UUID], moment: datetime) -> dict[uuid.UUID, list[Told]]:
    """Return who is in each group and can sign in, by name. One statement, or none."""
    found: dict[uuid.UUID, list[Told]] = {}
    query = (
        select(GroupMember.group_id, Person)
        .join(Person, Person.id == GroupMember.person_id)
        .where(
            GroupMember.group_id.in_(group_ids), Person.deactivated_at.is_(None),
            *in_force(GroupMember, moment),
        )
        .order_by(Person.name, Person.id)
    )  # fmt: skip
    for group_id, person in db.session.execute(query).all() if group_ids else ():
        found.setdefault(group_id, []).append(_told(person))
    return found


def _told(person: Person) -> Told:
    return Told(person.id, person.name, person.email, person.zone)


def _ending(
    grant: Grant, account: Account, role: Role, giver: Person | None, person: Person | None,
    group: Group | None, members: dict[uuid.UUID, list[Told]],
) -> Ending:  # fmt: skip
    people = (_told(person),) if person else tuple(members.get(grant.group_id or grant.id, ()))
    himself = person is not None and giver is not None and giver.id == person.id
    there = giver if giver is not None and giver.active and not himself else None
    return Ending(
        grant.id, ref(account), person.name if person else f"the group {group.name}" if group
        else "", grant.person_id, grant.group_id, people, role.id, role.name, grant.until,
        there.name if there else None, there.email if there else None,
    )  # fmt: skip
