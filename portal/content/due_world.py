"""Who has something due, and whoever has to be asked about it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from portal.content.schedules import Schedule, is_pending
from tenants.accounts import AccountRef
from tenants.clock import database_now
from tenants.db import UtcDateTime, db
from tenants.decisions import Actor
from tenants.directory import account_refs, actor_for
from tenants.engines import reading
from tenants.scope import across_tenants


@dataclass(frozen=True)
class Crowd:
    """A tenant with schedules that are due: how many, their accounts, and who answers for them."""

    tenant_id: uuid.UUID
    account_ids: frozenset[uuid.UUID]
    approver_ids: frozenset[uuid.UUID]
    number: int = 1


@dataclass(frozen=True)
class World:
    """A crowd's accounts and people as they stand at this moment. Who is missing is gone."""

    crowd: Crowd
    accounts: Mapping[uuid.UUID, AccountRef]
    approvers: Mapping[uuid.UUID, Actor]

    def knows(self, row: Any) -> bool:
        """Tell whether it was asked about a schedule's account and whoever answers for it.

        What became due since is for the next look.
        """
        accounts, approvers = self._asked
        return row.account_id.int in accounts and (
            row.approver_id is None or row.approver_id.int in approvers
        )

    @cached_property
    def _asked(self) -> tuple[frozenset[int], frozenset[int]]:
        """Return the ids' integers, which are hashed in no time."""
        crowd = self.crowd
        return (
            frozenset(each.int for each in crowd.account_ids),
            frozenset(each.int for each in crowd.approver_ids),
        )


def is_due(moment: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `Schedule` of being due at an instant (UTC), or at a parameter."""
    return (
        is_pending(Schedule),
        Schedule.due_at <= moment,
        or_(Schedule.next_try_at.is_(None), Schedule.next_try_at <= moment),
    )


_MOMENT = bindparam("moment", type_=UtcDateTime())
IS_DUE = is_due(_MOMENT)
"""The same at the `moment` that a statement is run with, for statements that are made once."""
HAS_COME = (is_pending(Schedule), Schedule.due_at <= _MOMENT)
"""The same, and what is to be tried again later besides."""


def crowds_due() -> list[Crowd]:
    """Return every tenant with something due, those with the least first. Two statements."""
    columns = Schedule.tenant_id, Schedule.account_id, Schedule.approver_id
    with reading(), across_tenants("looking for what is due"):
        due = is_due(database_now(db.session()))
        query = select(*columns, func.count()).where(*due).group_by(*columns)
        rows = db.session.execute(query).all()
        db.session.rollback()
    found: dict[uuid.UUID, list[tuple[uuid.UUID, uuid.UUID | None, int]]] = {}
    for tenant_id, account_id, approver_id, number in rows:
        found.setdefault(tenant_id, []).append((account_id, approver_id, number))
    crowds = [_crowd(tenant_id, parts) for tenant_id, parts in found.items()]
    return sorted(crowds, key=lambda crowd: crowd.number)


def seconds_until_due(most: float) -> float:
    """Return how long it is until something becomes due, by the database's clock; at most `most`.

    Two statements, of which the second looks at the next one only.
    """
    with reading(), across_tenants("looking for what is due next"):
        moment = database_now(db.session())
        until = moment + timedelta(seconds=most)
        query = select(func.min(Schedule.due_at)).where(
            is_pending(Schedule), Schedule.due_at > moment, Schedule.due_at <= until
        )
        due_at = db.session.scalar(query)
        db.session.rollback()
    return (due_at - moment).total_seconds() if due_at else most


def _crowd(tenant_id: uuid.UUID, parts: list[tuple[uuid.UUID, uuid.UUID | None, int]]) -> Crowd:
    return Crowd(
        tenant_id,
        frozenset(account_id for account_id, _, _ in parts),
        frozenset(approver_id for _, approver_id, _ in parts if approver_id),
        sum(number for *_, number in parts),
    )


def world_of(crowd: Crowd) -> World:
    """Return the crowd's accounts and people as they stand now, by the database's clock.

    Two statements, and one a person.
    """
    with reading():
        moment = database_now(db.session())
        db.session.rollback()
    accounts = {account.id: account for account in account_refs(crowd.account_ids)}
    found = {each: actor_for(each, moment) for each in crowd.approver_ids}
    return World(
        crowd, accounts, {each: actor for each, actor in found.items() if actor is not None}
    )
