"""Taking roles away, so that somebody always remains who can give them."""

import uuid
from datetime import datetime

from sqlalchemy import or_, select

from tenants.accounts import AccountRef, take_turn
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.delegation import CannotDelegate, further
from tenants.events import Event
from tenants.grants import Grant
from tenants.groups import GroupMember
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Contents, contents, in_force


def end(
    grant: Grant,
    account: AccountRef,
    *,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """End a grant now and record it; `at` is what counts as now (UTC), for several ended at once.

    Raises Denied when `by` may not end grants there or the grant holds more than he does, and
    CannotDelegate when it reaches further or lasts longer than his own right, when it has ended
    already, or when the account would be left without an admin.
    """
    authorize(by, Permission.GRANT_END, account)
    if grant.role.for_house:
        authorize(by, Permission.STAFF_MANAGE, account)
    if further(grant.role, account, by, grant.reach, grant.until) is not None:
        raise CannotDelegate(
            "This grant reaches further down or lasts longer than your own right here. "
            "Somebody whose right reaches and lasts as long must end it."
        )
    finish(grant, account, by=by, reason=reason, at=at)


def finish(
    grant: Grant, account: AccountRef, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """End a grant now and record it, without asking who may. For `end` and for leaving.

    Raises CannotDelegate when it has ended already, or when the account would be left without an
    admin.
    """
    take_turn(account)
    db.session.refresh(grant, ["ended_at", "until"])
    if not grant.counts(now()):
        raise CannotDelegate("This grant has ended already.")
    check_keepers(keepers(account.id), keepers(account.id, without_grant=grant.id))
    grant.ended_at = at or now()
    grant.ended_by_label = by.label
    grant.end_reason = reason
    record(
        Event.GRANT_ENDED, grant, by=by, reason=reason,
        person=grant.bearer.label, role=grant.role.name,
    )  # fmt: skip


def keepers(
    account_id: uuid.UUID,
    *,
    without_grant: uuid.UUID | None = None,
    without_member: uuid.UUID | None = None,
    without_person: uuid.UUID | None = None,
    roles: Contents | None = None,
) -> dict[Permission, frozenset[uuid.UUID]]:
    """Return who keeps an account: the people who may give roles there without an end in sight.

    Counts the grants given at the account itself, to people and through groups. What is `without`
    (a grant, a membership, a person) is left out; `roles` are the contents to count by, as they
    are now by default. For the house, who may appoint its staff is told too.
    """
    grants = _lasting_grants(account_id, without_grant)
    members = _members({g.group_id for g in grants if g.group_id}, without_member)
    found = roles or contents()
    result: dict[Permission, frozenset[uuid.UUID]] = {}
    for permission in (Permission.GRANT_GIVE, Permission.STAFF_MANAGE):
        giving = [g for g in grants if permission in found.permissions(g.role_id)]
        people = {g.person_id for g in giving if g.person_id}
        people.update(p for g in giving if g.group_id for p in members.get(g.group_id, ()))
        result[permission] = frozenset(people - {without_person})
    return result


def check_keepers(
    before: dict[Permission, frozenset[uuid.UUID]],
    after: dict[Permission, frozenset[uuid.UUID]],
    fewest: int = 1,
) -> None:
    """Raise CannotDelegate when a change takes away a keeper and leaves fewer than `fewest`."""
    for permission, people in before.items():
        left = after[permission]
        if left < people and len(left) < fewest:
            raise CannotDelegate(
                "This is the last grant that lets somebody manage this account. "
                "Give the role to somebody else first."
                if fewest == 1
                else f"At least {fewest} people must be able to manage this account. "
                "Give the role to somebody else first."
            )


def _lasting_grants(account_id: uuid.UUID, without: uuid.UUID | None) -> list[Grant]:
    query = (
        select(Grant)
        .outerjoin(Grant.person)
        .where(
            Grant.account_id == account_id,
            Grant.until.is_(None),
            or_(Grant.person_id.is_(None), Person.deactivated_at.is_(None)),
            *Grant.in_force(now()),
        )
    )
    return [grant for grant in db.session.scalars(query) if grant.id != without]


def _members(groups: set[uuid.UUID], without: uuid.UUID | None) -> dict[uuid.UUID, set[uuid.UUID]]:
    query = (
        select(GroupMember)
        .join(GroupMember.person)
        .where(
            GroupMember.group_id.in_(groups),
            Person.deactivated_at.is_(None),
            *in_force(GroupMember, now()),
        )
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for member in db.session.scalars(query):
        if member.id != without:
            found.setdefault(member.group_id, set()).add(member.person_id)
    return found
