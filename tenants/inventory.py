"""Who holds which roles, counted and listed for the screens about roles and groups."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.groups import Group, GroupMember
from tenants.people import Person
from tenants.roles import in_force


def grants_by_role(role_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many grants of each role are in force inside the scope."""
    return _counted(Grant.role_id, role_ids, Grant, Grant.in_force(now()))


def grants_by_group(group_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many grants each group holds inside the scope."""
    return _counted(Grant.group_id, group_ids, Grant, Grant.in_force(now()))


def members_by_group(group_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many people are in each group now."""
    return _counted(GroupMember.group_id, group_ids, GroupMember, in_force(GroupMember, now()))


def people_by_account(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many people hold a role given at each account, directly or through a group."""
    direct = select(Grant.account_id, Grant.person_id).where(
        Grant.account_id.in_(account_ids), Grant.person_id.is_not(None), *Grant.in_force(now())
    )
    grouped = (
        select(Grant.account_id, GroupMember.person_id)
        .join(GroupMember, GroupMember.group_id == Grant.group_id)
        .where(
            Grant.account_id.in_(account_ids), *Grant.in_force(now()), *in_force(GroupMember, now())
        )
    )
    each = direct.union(grouped).subquery()
    query = select(each.c.account_id, func.count(each.c.person_id)).group_by(each.c.account_id)
    rows = db.session.execute(query).all()
    return {row[0]: row[1] for row in rows}


def borne_by(person: Any) -> Any:
    """Return the condition under which a grant is borne by a person, himself or through a group.

    `person` is an id, or `Person.id` of the query around it.
    """
    rows = select(GroupMember.group_id).where(
        GroupMember.person_id == person, *in_force(GroupMember, now())
    )
    return or_(Grant.person_id == person, Grant.group_id.in_(rows.correlate(Person)))


def grants_borne(person_ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, Grant]]:
    """Return the grants in force that these people bear, accounts and roles loaded, and whose."""
    query = (
        select(Person.id, Grant)
        .join(Grant, borne_by(Person.id))
        .options(joinedload(Grant.account), joinedload(Grant.role))
        .where(Person.id.in_(person_ids), *Grant.in_force(now()))
        .order_by(Grant.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query).all()]


def people_reaching(account: AccountRef) -> list[Person]:
    """Return who holds a role at an account, directly or through a group, and can sign in."""
    reaching = select(Grant.id).where(
        Grant.account_id.in_(account.path),
        or_(Grant.reach == "subtree", Grant.account_id == account.id),
        *Grant.in_force(now()),
    )
    direct = select(Grant.person_id).where(Grant.id.in_(reaching), Grant.person_id.is_not(None))
    groups = select(Grant.group_id).where(Grant.id.in_(reaching), Grant.group_id.is_not(None))
    grouped = select(GroupMember.person_id).where(
        GroupMember.group_id.in_(groups), *in_force(GroupMember, now())
    )
    query = select(Person).where(
        Person.deactivated_at.is_(None), or_(Person.id.in_(direct), Person.id.in_(grouped))
    )
    return list(db.session.scalars(query))


def grants_of_role(role_id: uuid.UUID, limit: int = 100) -> list[Grant]:
    """Return the grants of a role in force inside the scope, bearers and accounts loaded."""
    query = (
        select(Grant)
        .options(joinedload(Grant.person), joinedload(Grant.group), joinedload(Grant.account))
        .where(Grant.role_id == role_id, *Grant.in_force(now()))
        .order_by(Grant.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def members(group_id: uuid.UUID, limit: int = 500) -> list[GroupMember]:
    """Return who is in a group now, by name."""
    query = (
        select(GroupMember)
        .join(GroupMember.person)
        .options(contains_eager(GroupMember.person))
        .where(GroupMember.group_id == group_id, GroupMember.ended_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def member_by_id(member_id: uuid.UUID, group_id: uuid.UUID) -> GroupMember | None:
    """Return somebody's membership of a group with the person, or None when it has ended."""
    query = (
        select(GroupMember)
        .options(joinedload(GroupMember.person))
        .where(
            GroupMember.id == member_id, GroupMember.group_id == group_id,
            GroupMember.ended_at.is_(None),
        )
    )  # fmt: skip
    return db.session.scalar(query)


def any_group(group_id: uuid.UUID) -> Group | None:
    """Return the group if it is in the scope's tenant, deleted ones included, else None."""
    return db.session.scalar(select(Group).where(Group.id == group_id))


def happened_to(
    role_id: uuid.UUID | None = None, *, group_id: uuid.UUID | None = None, limit: int = 50
) -> list[AuditEvent]:
    """Return the latest events about a role, or about a group and who is in it."""
    if role_id is not None:
        condition = AuditEvent.target_id == role_id
    else:
        rows = select(GroupMember.id).where(GroupMember.group_id == group_id)
        condition = (AuditEvent.target_id == group_id) | AuditEvent.target_id.in_(rows)
    query = select(AuditEvent).where(condition)
    query = query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def _counted(
    column: Any, ids: Collection[uuid.UUID], entity: Any, conditions: tuple[Any, ...]
) -> dict[uuid.UUID, int]:
    query = select(column, func.count(entity.id)).where(column.in_(ids), *conditions)
    rows = db.session.execute(query.group_by(column)).all()
    return {row[0]: row[1] for row in rows}
