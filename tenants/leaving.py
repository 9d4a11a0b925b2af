"""Leaving: somebody gives up his own roles at an account, and leaves its groups."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.ending import finish
from tenants.grants import Grant
from tenants.grouping import finish_membership
from tenants.groups import Group, GroupMember


class CannotLeave(ValueError):
    """There is nothing here to give up; the message says where there is."""


def own_grants(account: AccountRef, by: Actor) -> list[Grant]:
    """Return the grants in force given to `by` at the account itself."""
    query = (
        select(Grant)
        .options(joinedload(Grant.person), joinedload(Grant.role))
        .where(
            Grant.account_id == account.id, Grant.person_id == by.person_id,
            *Grant.in_force(now()),
        )
        .order_by(Grant.since, Grant.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def own_memberships(account: AccountRef, by: Actor) -> list[GroupMember]:
    """Return how `by` is in the groups of the account itself, by the groups' names."""
    query = (
        select(GroupMember)
        .join(GroupMember.group)
        .options(contains_eager(GroupMember.group), joinedload(GroupMember.person))
        .where(
            Group.account_id == account.id, Group.deleted_at.is_(None),
            GroupMember.person_id == by.person_id, GroupMember.ended_at.is_(None),
        )
        .order_by(Group.name, Group.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def leave(account: AccountRef, *, by: Actor, reason: str = "") -> int:
    """End one's own grants at the account and leave its groups, record each, return how many.

    Needs no right: whoever holds a role may give it up. Raises CannotLeave when there is nothing
    of it here, and CannotDelegate when an account would be left without an admin; then none is
    ended.
    """
    grants, memberships = own_grants(account, by), own_memberships(account, by)
    if by.person_id is None or not (grants or memberships):
        raise CannotLeave(
            f"You hold no role given at {account.name} itself, and are in no group of it. "
            "A role that reaches here from above is given up there."
        )
    for grant in grants:
        finish(grant, account, by=by, reason=reason)
        db.session.flush()
    for row in memberships:
        finish_membership(row, row.group, by=by, reason=reason)
        db.session.flush()
    return len(grants) + len(memberships)
