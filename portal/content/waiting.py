"""What waits for somebody: steps he can act in, and mentions he did not read yet."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.content.notifications import TALK, Notification, reached_with
from portal.content.pages import Page
from portal.content.reviews import Review
from portal.content.workflows import Company
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Holding
from tenants.permissions import Permission
from tenants.step_kinds import Step

LOOKED_AT = 300


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
    query = (
        select(Review, Account)
        .join(Account, Account.id == Review.account_id)
        .join(Page, Page.id == Review.page_id)  # which leaves out what is in the trash
        .where(
            Review.state == "waiting", Review.account_id.in_(_below(here)),
            Account.state == "open",
            reached_with(own, Permission.PAGE_REVIEW, Review.account_id),
            reached_with(own, Permission.PAGE_VIEW, Review.account_id),
        )
        .order_by(Review.created_at, Review.id)
        .limit(LOOKED_AT)
    )  # fmt: skip
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
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


def mentions_of(by: Actor, here: AccountRef) -> list[tuple[Notification, str]]:
    """Return unread mentions and answers at an account and below, the latest first, at most 20.

    Each with its account's handle. One statement.
    """
    query = (
        select(Notification, Account.handle)
        .join(Account, Account.id == Notification.account_id)
        .where(
            Notification.person_id == by.person_id, Notification.read_at.is_(None),
            Notification.kind.in_(TALK), Notification.account_id.in_(_below(here)),
            reached_with(by, Permission.PAGE_VIEW, Notification.account_id),
        )
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(20)
    )  # fmt: skip
    return [(row[0], row[1]) for row in db.session.execute(query)]


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


def _below(here: AccountRef) -> Any:
    return select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id == here.id)
