"""When somebody was given rights, and when they ended: his own to know, wherever it was."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tenants.accounts import Account
from tenants.clock import now
from tenants.db import db
from tenants.engines import reading
from tenants.grants import Grant
from tenants.groups import Group, GroupMember
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
    """Return what became of the person's last 500 grants, the latest first. Two statements.

    A group's grant counts for the time in which the person was in the group.

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
        for member, name, grant, role, account in db.session.execute(_through(person_id)).all():
            found += _shared(member, grant, f"the role {role} at {account}", name)
    return sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)


def _through(person_id: uuid.UUID) -> Any:
    """Return the statement of what groups held while the person was in them."""
    return (
        select(GroupMember, Group.name, Grant, Role.name, Account.name)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Grant, Grant.group_id == Group.id)
        .join(Role, Role.id == Grant.role_id)
        .join(Account, Account.id == Grant.account_id)
        .where(GroupMember.person_id == person_id, Grant.since <= now())
        .order_by(Grant.since.desc(), Grant.id.desc())
        .limit(MOST)
    )


def _shared(member: GroupMember, grant: Grant, what: str, group: str) -> list[GrantEntry]:
    """Return when a group's grant began and ended for somebody who was in the group for a time."""
    since = max(member.since, grant.since)
    over = [
        (grant.ended_at, grant.ended_by_label, f"took {what} away from {group}"),
        (member.ended_at, member.ended_by_label, f"took you out of {group}, and {what} away"),
    ]
    if grant.until is not None and grant.until <= now():
        over.append((grant.until, "", f"ended {what} of {group}: its time was up"))
    ends = sorted((at, by, told) for at, by, told in over if at is not None)
    if ends and ends[0][0] <= since:
        return []
    joined = member.since > grant.since
    giver = member.added_by_label if joined else grant.given_by_label
    because = member.because if joined else grant.because
    given = f"gave you {what}, through the group {group}"
    entries = [GrantEntry(since, grant.id, given, giver or "The portal", because, False)]
    for at, by, told in ends[:1]:
        entries.append(GrantEntry(at, grant.id, told, by or "The portal", "", True))
    return entries


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
