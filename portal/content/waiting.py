"""What waits for somebody: steps he can act in, and mentions he did not read yet."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Uuid, bindparam, case, func, select

from portal.content.notifications import TALK, Notification, reach_as, within_reach
from portal.content.pages import Page
from portal.content.reviews import Review, is_waiting
from portal.content.workflows import Company
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.clock import now
from tenants.closure import ids_below, is_below
from tenants.db import db
from tenants.decisions import Actor, Holding
from tenants.permissions import Permission
from tenants.prepared import by_key, cut
from tenants.scope_conditions import TENANT, of_tenant
from tenants.step_kinds import Step

LOOKED_AT, MENTIONS = 300, 20
FEW, NEAR, EVERY = 24, 500, 2**31 - 1
_TOP = bindparam("top", type_=Uuid())


@dataclass(frozen=True)
class Task:
    """A review in which the person can act now."""

    review: Review
    account_name: str
    account_handle: str
    mine: bool

    @property
    def overdue(self) -> bool:
        """Tell whether it should have been done by now."""
        due: datetime | None = self.review.due_at
        return due is not None and due < now()


def tasks_for(by: Actor, here: AccountRef) -> list[Task]:
    """Return the reviews at an account and below that `by` can act in, his own and due ones first.

    Looks at the oldest LOOKED_AT that wait. At most five statements, whatever there is.
    """
    own = by.without_support
    given = {
        "top": here.id, **reach_as("review", own, Permission.PAGE_REVIEW),
        **reach_as("view", own, Permission.PAGE_VIEW),
    }  # fmt: skip
    rows = [(row[0], row[1]) for row in db.session.execute(_tasks(), given)]
    if not rows:
        return []
    fitting = _fitting(rows, own, here)
    found = [
        Task(row, account.name, account.handle, row.assignee_id == by.person_id)
        for row, account in rows
        if row.id in fitting
    ]
    last = now().replace(year=9999)
    return sorted(found, key=lambda task: (not task.mine, task.review.due_at or last))


@cache
def _tasks() -> Any:
    query = (
        select(Review, Account)
        .join(Account, Account.id == Review.account_id)
        .join(Page, Page.id == Review.page_id)  # which leaves out what is in the trash
        .where(
            is_waiting(Review), Review.id.in_(_candidates()),
            is_below(Review.account_id, [_TOP]), Account.state == "open",
            within_reach(Review.account_id, "review"), within_reach(Review.account_id, "view"),
        )
        .order_by(Review.created_at, Review.id)
    )  # fmt: skip
    return by_key(cut(query, LOOKED_AT))


def _candidates() -> Any:
    """Return the ids of what may wait at an account or below it, by one of two ways.

    At few accounts each is asked what waits there. At more it is the tenant that is, unless more
    than `NEAR` wait in it.
    """
    row, waiting = (Review.__table__.alias(name).c for name in ("near", "waiting"))
    below = cut(ids_below([_TOP]), FEW + 1).subquery("below")
    many = select(func.count()).select_from(below).scalar_subquery() > FEW
    oldest = select(row.id).where(row.tenant_id == TENANT, is_waiting(row))
    oldest = oldest.order_by(row.created_at, row.id).limit(case((many, NEAR + 1), else_=0))
    near = oldest.cte("oldest").prefix_with("MATERIALIZED")
    all_there = many & (select(func.count()).select_from(near).scalar_subquery() <= NEAR)
    each = select(waiting.id).where(
        of_tenant(waiting), waiting.account_id.in_(ids_below([_TOP])), waiting.state == "waiting"
    )
    asked = each.limit(case((all_there, 0), else_=EVERY)).subquery("asked")
    return select(near.c.id).where(all_there).union_all(select(asked.c.id))


def mentions_of(by: Actor, here: AccountRef) -> list[tuple[Notification, str]]:
    """Return unread mentions and answers at an account and below, the latest first.

    Each with its account's handle, at most MENTIONS. One statement.
    """
    given = {
        "top": here.id, "person": by.person_id, **reach_as("view", by, Permission.PAGE_VIEW),
    }  # fmt: skip
    return [(row[0], row[1]) for row in db.session.execute(_mentions(), given)]


@cache
def _mentions() -> Any:
    top, person = (bindparam(name, type_=Uuid()) for name in ("top", "person"))
    own = select(Notification.id).where(
        Notification.person_id == person, Notification.read_at.is_(None),
        Notification.kind.in_(TALK), is_below(Notification.account_id, [top]),
        within_reach(Notification.account_id, "view"),
    )  # fmt: skip
    # The OFFSET has one person's unread ones found first, and not his others passed by in order.
    query = (
        select(Notification, Account.handle)
        .join(Account, Account.id == Notification.account_id)
        .where(Notification.id.in_(own.offset(0)))
        .order_by(Notification.created_at.desc(), Notification.id.desc())
    )
    return by_key(cut(query, MENTIONS))


def _fitting(rows: Sequence[tuple[Review, Account]], by: Actor, here: AccountRef) -> set[uuid.UUID]:
    """Return the ids of those in whose step the actor may act."""
    steps = {row.id: Step(row.step, row.step_who) for row, _ in rows}
    company, paths = Company(steps.values()), _paths(rows, here)
    return {
        row.id
        for row, account in rows
        if str(by.person_id) not in row.barred_ids
        and company.fits(steps[row.id], by.person_id, _covering(by, account.id, paths))
    }


def _covering(
    by: Actor, account_id: uuid.UUID, paths: Mapping[uuid.UUID, set[uuid.UUID]]
) -> list[Holding]:
    return [
        holding
        for holding in by.holdings
        if holding.account_id == account_id
        or (holding.reach == "subtree" and holding.account_id in paths[account_id])
    ]


def _paths(
    rows: Sequence[tuple[Review, Account]], here: AccountRef
) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return the accounts above each, beginning with those above `here`."""
    found = {account.id: set(here.path) for _, account in rows}
    query = select(AccountClosure.descendant_id, AccountClosure.ancestor_id)
    for below, above in db.session.execute(query.where(AccountClosure.descendant_id.in_(found))):
        found[below].add(above)
    return found
