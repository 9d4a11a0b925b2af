"""How much of each resource is in use, counted from the rows themselves: nothing can drift."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Subquery, func, or_, select

from tenants.accounts import Account, AccountClosure
from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.groups import GroupMember
from tenants.quotas import Resource

AT_ONCE = 500
"""How many people are looked up in one statement."""


@dataclass(frozen=True)
class Meter:
    """How a resource is counted.

    `rows` makes a SELECT of mapped columns labelled `account_id` and `unit`, and with `sums` also
    `amount`, which is then added up. With `repeats` a unit may stand in many rows and counts once.
    """

    rows: Callable[[], Any]
    repeats: bool = False
    sums: bool = False


_METERS: dict[Resource, Meter] = {}


def register(resource: Resource, meter: Meter) -> None:
    """Say how a resource is counted. Once for each, when the program starts."""
    _METERS[resource] = meter


def in_use(resource: Resource, account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how much each of some accounts uses together with everything below it.

    One statement. Needs a scope that reaches all of it.
    """
    rows, value = _rows(resource)
    query = (
        select(AccountClosure.ancestor_id, value)
        .join(rows, rows.c.account_id == AccountClosure.descendant_id)
        .where(AccountClosure.ancestor_id.in_(account_ids))
        .group_by(AccountClosure.ancestor_id)
    )
    found = {row[0]: int(row[1]) for row in db.session.execute(query)}
    return {each: found.get(each, 0) for each in account_ids}


def in_use_up_to(resource: Resource, account_id: uuid.UUID, enough: int) -> int:
    """Return how much an account uses with everything below it; counting may stop at `enough`."""
    meter = _METERS[resource]
    if meter.sums:
        return in_use(resource, [account_id])[account_id]
    rows, _ = _rows(resource)
    units = (
        select(AccountClosure.ancestor_id, rows.c.unit)
        .join(rows, rows.c.account_id == AccountClosure.descendant_id)
        .where(AccountClosure.ancestor_id == account_id)
        .limit(enough)
    )
    counted = (units.distinct() if meter.repeats else units).subquery()
    return db.session.scalar(select(func.count()).select_from(counted)) or 0


def counted_people(
    account_id: uuid.UUID, among: Collection[uuid.UUID] | None = None
) -> set[uuid.UUID]:
    """Return the people who count at an account or below it: all, or those `among` some."""
    rows, _ = _rows(Resource.PEOPLE)
    query = (
        select(AccountClosure.ancestor_id, rows.c.unit)
        .join(rows, rows.c.account_id == AccountClosure.descendant_id)
        .where(AccountClosure.ancestor_id == account_id)
        .distinct()
    )
    if among is None:
        return {row.unit for row in db.session.execute(query)}
    asked = sorted(among)
    return {
        row.unit
        for start in range(0, len(asked), AT_ONCE)
        for row in db.session.execute(query.where(rows.c.unit.in_(asked[start : start + AT_ONCE])))
    }


def _rows(resource: Resource) -> tuple[Subquery, Any]:
    """Return what is counted, and how."""
    meter = _METERS[resource]
    rows = meter.rows().subquery()
    if meter.sums:
        return rows, func.coalesce(func.sum(rows.c.amount), 0)
    return rows, func.count(rows.c.unit.distinct() if meter.repeats else rows.c.unit)


def _people() -> Any:
    """Return who holds a role where, directly or through a group, now or from later on."""
    moment = now()
    lasting = (
        or_(Grant.until.is_(None), Grant.until > moment),
        or_(Grant.ended_at.is_(None), Grant.ended_at > moment),
    )
    direct = select(Grant.account_id.label("account_id"), Grant.person_id.label("unit"))
    grouped = select(Grant.account_id, GroupMember.person_id).join(
        GroupMember, GroupMember.group_id == Grant.group_id
    )
    staying = or_(GroupMember.ended_at.is_(None), GroupMember.ended_at > moment)
    return direct.where(Grant.person_id.is_not(None), *lasting).union_all(
        grouped.where(staying, *lasting)
    )


def _secondaries() -> Any:
    """Return the secondaries, each at the account it stands below."""
    return select(Account.parent_id.label("account_id"), Account.id.label("unit")).where(
        Account.kind == "secondary", Account.state != "closed"
    )


register(Resource.PEOPLE, Meter(_people, repeats=True))
register(Resource.SECONDARIES, Meter(_secondaries))
