"""Roles and groups for tests: people act in their own right, each in a transaction of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tenants import defining, grouping
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.defining import Definition
from tenants.delegation import bestow
from tenants.groups import Group, GroupMember, group_by_id
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Role, built_in, role_by_id
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.cast import Someone, as_actor
from tests.fixtures.pages import TESTS


@contextmanager
def acting(who: Someone, account: AccountRef) -> Iterator[Actor]:
    """Work in the account's tenant as somebody; committed at the end."""
    actor = as_actor(who)
    with acting_in(tenant_scope(account.tenant_id)):
        yield actor
        db.session.commit()


def wanted(name: str, *permissions: Permission, parent: str = "", **more: Any) -> Definition:
    """What a role is to be; `parent` is the key of a built-in one."""
    above = built_in(parent).id if parent else more.pop("parent_id", None)
    return Definition(name, more.pop("sentence", ""), frozenset(permissions), above)


def defined(
    who: Someone, account: AccountRef, name: str, *permissions: Permission, **more: Any
) -> uuid.UUID:
    """A role that somebody defines."""
    with acting(who, account) as by:
        return defining.define(account, wanted(name, *permissions, **more), by=by).id


def role(role_id: uuid.UUID) -> Role:
    found = role_by_id(role_id)
    assert found is not None
    return found


def made(who: Someone, account: AccountRef, name: str, *members: Someone) -> uuid.UUID:
    """A group that somebody makes, with members."""
    with acting(who, account) as by:
        group = grouping.make(account, name, by=by)
        db.session.flush()
        for member in members:
            grouping.add_member(group, person(member), account, by=by)
        return group.id


def group(group_id: uuid.UUID) -> Group:
    found = group_by_id(group_id)
    assert found is not None
    return found


def member(group_id: uuid.UUID, who: Someone) -> GroupMember:
    rows = grouping.members_of(group(group_id))
    found = next(row for row in rows if row.person_id == who.id)
    db.session.refresh(found, ["person"])
    return found


def person(who: Someone) -> Person:
    found = db.session.get(Person, who.id)
    assert found is not None
    return found


def held(bearer: Someone | uuid.UUID, given: uuid.UUID | str, account: AccountRef, **how: Any):
    """A grant that nobody is asked about: to a person or a group, of a role by id or key."""
    with across_tenants("the test sets the scene"):
        who = group(bearer) if isinstance(bearer, uuid.UUID) else person(bearer)
        what = role(given) if isinstance(given, uuid.UUID) else built_in(given)
        found = bestow(who, what, account, by=TESTS, **how).id
        db.session.commit()
        return found


def may(who: Someone, permission: Permission, account: AccountRef) -> bool:
    from tenants.decisions import can

    return can(as_actor(who), permission, account).allowed


Change = Callable[[Actor], object]


def do(who: Someone, account: AccountRef, change: Change) -> Any:
    """Have somebody do something and keep it."""
    with acting(who, account) as by:
        return change(by)
