"""The account tree as those who run it see it: what stands below, in which state, and since when.

Each function opens and closes the directory's own short read; call them outside any scope.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, union
from sqlalchemy.orm import aliased

from tenants.accounts import (
    Account,
    AccountClosure,
    AccountPlace,
    AccountRef,
    AccountState,
    ref,
)
from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.groups import GroupMember
from tenants.roles import in_force
from tenants.scope import directory, reading


@dataclass(frozen=True)
class Branch:
    """An account with the one it stands below."""

    account: AccountRef
    parent: AccountRef


@dataclass(frozen=True)
class Halt:
    """Why an account is halted: which account is not open, itself or one above, and since when."""

    account: AccountRef
    state: str
    since: datetime
    reason: str
    by_label: str


@dataclass(frozen=True)
class Period:
    """A stretch of an account's life; `what` is a state, or the name of the account above it."""

    what: str
    since: datetime
    ended_at: datetime | None
    reason: str = ""
    by_label: str = ""


def branches_below(
    top: AccountRef, *, search: str = "", after: str = "", limit: int = 100
) -> tuple[list[Branch], str]:
    """Return accounts below `top`, each before those below it, and where to go on (empty: done).

    `search` looks in names and handles; `after` is what an earlier call returned. One statement.
    """
    parent = aliased(Account)
    query = (
        select(Account, parent)
        .join(AccountClosure, AccountClosure.descendant_id == Account.id)
        .join(parent, parent.id == Account.parent_id)
        .where(AccountClosure.ancestor_id == top.id, Account.id != top.id, Account.path > after)
        .order_by(Account.path)
        .limit(limit + 1)
    )
    if search:
        hit = [c.icontains(search, autoescape=True) for c in (Account.name, Account.handle)]
        query = query.where(or_(*hit))
    with reading(), directory():
        rows = db.session.execute(query).all()
        found = [Branch(ref(account), ref(above)) for account, above in rows[:limit]]
        return found, rows[limit - 1][0].path if len(rows) > limit else ""


def child_of(parent: AccountRef, account_id: uuid.UUID) -> AccountRef | None:
    """Return the account with this id if it stands right below `parent`, else None."""
    query = select(Account).where(Account.id == account_id, Account.parent_id == parent.id)
    with reading(), directory():
        account = db.session.scalar(query)
        return ref(account) if account else None


def halt_of(line: Sequence[AccountRef]) -> Halt | None:
    """Return why the last account of a line from the house down is halted, or None when it is not.

    The topmost one that is not open counts: it has to be opened first.
    """
    top = next((account for account in line if account.state != "open"), None)
    if top is None:
        return None
    query = select(AccountState).where(
        AccountState.account_id == top.id, AccountState.ended_at.is_(None)
    )
    with reading(), directory():
        row = db.session.scalar(query)
        return Halt(top, top.state, row.since, row.reason, row.by_label) if row else None


def number_below(account: AccountRef) -> int:
    """Return how many accounts stand below one and are not closed."""
    query = select(func.count()).select_from(AccountClosure)
    query = query.join(Account, Account.id == AccountClosure.descendant_id).where(
        AccountClosure.ancestor_id == account.id, AccountClosure.distance > 0,
        Account.state != "closed",
    )  # fmt: skip
    with reading(), directory():
        return db.session.scalar(query) or 0


def left_without_role(account: AccountRef) -> int:
    """Return how many people hold roles at an account or below it and nowhere else."""
    below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id == account.id)
    inside = _bearers(Grant.account_id.in_(below))
    outside = _bearers(Grant.account_id.not_in(below))
    query = select(func.count()).select_from(inside.except_(outside).subquery())
    with reading(), directory():
        return db.session.scalar(query) or 0


def _bearers(where: Any) -> Any:
    """Return the query of the people who hold a grant now, themselves or through a group."""
    at = now()
    own = select(Grant.person_id).where(Grant.person_id.is_not(None), where, *Grant.in_force(at))
    grouped = select(GroupMember.person_id).join(Grant, Grant.group_id == GroupMember.group_id)
    grouped = grouped.where(where, *Grant.in_force(at), *in_force(GroupMember, at))
    everybody = union(own, grouped).subquery()
    return select(everybody.c.person_id)


def states_of(account: AccountRef, limit: int = 50) -> list[Period]:
    """Return the account's states, the latest first."""
    query = select(AccountState).where(AccountState.account_id == account.id)
    query = query.order_by(AccountState.since.desc(), AccountState.id.desc()).limit(limit)
    with reading(), directory():
        rows = db.session.scalars(query)
        return [Period(r.state, r.since, r.ended_at, r.reason, r.by_label) for r in rows]


def places_of(account: AccountRef, limit: int = 50) -> list[Period]:
    """Return the accounts it stood below, the latest first."""
    query = (
        select(AccountPlace, Account.name)
        .join(Account, Account.id == AccountPlace.parent_id)
        .where(AccountPlace.account_id == account.id)
        .order_by(AccountPlace.since.desc(), AccountPlace.id.desc())
        .limit(limit)
    )
    with reading(), directory():
        rows = db.session.execute(query)
        return [Period(name, place.since, place.ended_at) for place, name in rows]
