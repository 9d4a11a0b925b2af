"""What began and ended for people through the groups they were in."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.groups import Group, GroupMember


@dataclass(frozen=True)
class Turn:
    """A moment at which somebody came to hold, or ceased to hold, a role through a group."""

    at: datetime
    what: str
    role_id: uuid.UUID
    account_id: uuid.UUID
    by: str
    because: str


def turns_of(person_id: uuid.UUID) -> list[Turn]:
    """Return all such moments of a person up to now. One statement; needs the directory's scope."""
    rows = db.session.execute(
        select(GroupMember, Grant, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .join(Grant, Grant.group_id == GroupMember.group_id)
        .where(GroupMember.person_id == person_id)
    )
    moment = now()
    return [t for row in rows for t in _turns(row[0], row[1], row[2]) if t.at <= moment]


def _turns(member: GroupMember, grant: Grant, group: str) -> Iterator[Turn]:
    """Yield when one membership and one grant of its group began and ceased to go together."""
    over = min((end for end in (grant.ended_at, grant.until) if end), default=None)
    began = max(member.since, grant.since)
    ceased = min((end for end in (member.ended_at, over) if end), default=None)
    if ceased is not None and ceased <= began:
        return
    where = (grant.role_id, grant.account_id)
    if began == member.since:
        yield Turn(began, f"joined {group}", *where, member.added_by_label, member.because)
    else:
        yield Turn(began, f"given to {group}", *where, grant.given_by_label, grant.because)
    if ceased is None:
        return
    if ceased == member.ended_at:
        yield Turn(ceased, f"left {group}", *where, member.ended_by_label, "")
    elif ceased == grant.ended_at:
        ended = f"ended for {group}"
        yield Turn(ceased, ended, *where, grant.ended_by_label, grant.end_reason)
    else:
        yield Turn(ceased, f"ran out for {group}", *where, "", "Its time was over.")
