"""Who holds which roles, counted and listed for the screens about roles and groups."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

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
