"""What staff can do to rows of a list: one act, the same action as at every other door.

A list offers what stands in its `acts`. The row's own tenant is opened for each row, one
transaction each, so that one refused row neither undoes nor hides the others.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import abort
from sqlalchemy.exc import SQLAlchemyError

from portal.errors import record_refusal
from portal.requests import current
from portal.staff.beside import account_of
from tenants.accounts import AccountRef, ref
from tenants.db import db
from tenants.decisions import Denied, can
from tenants.permissions import Permission
from tenants.scope import acting_in, tenant_scope

MOST_ROWS = 50


def _always(_row: Any) -> bool:
    return True


def _nothing(_row: Any, _account: AccountRef) -> str:
    return ""


@dataclass(frozen=True)
class Act:
    """An action that a list offers on its rows.

    `do(row, account, by=…, reason=…)` authorizes, changes and records; it raises Denied, or one of
    `problems` with a sentence. `permission` is what it asks for at the account in `at`; `fits`
    tells whether a row can be meant at all, `hindrance` what else the action would refuse it for.
    """

    key: str
    label: str
    permission: Permission
    do: Callable[..., Any]
    intro: str
    problems: tuple[type[Exception], ...]
    unfit: str = "There is nothing left to do here."
    fits: Callable[[Any], bool] = _always
    hindrance: Callable[[Any, AccountRef], str] = _nothing
    at: Callable[[Any], uuid.UUID] = attrgetter("account_id")
    icon: str = "circle-alert"
    tone: str = "danger"

    def account(self, row: Any) -> AccountRef:
        """Return where the act takes place. Its account was loaded by the list's `prepare`."""
        return ref(account_of(self.at(row)) or abort(404))

    def refusal(self, row: Any) -> str:
        """Return why the actor cannot do this to the row, or nothing; the action asks again."""
        if not self.fits(row):
            return self.unfit
        account = self.account(row)
        decision = can(current.person, self.permission, account)
        return self.hindrance(row, account) if decision.allowed else decision.sentence


@dataclass(frozen=True)
class Lead:
    """A change that has a page of its own, which shows first what it would do to others."""

    label: str
    icon: str
    tone: str = "danger"


@dataclass(frozen=True)
class Outcome:
    """What became of one row; `problem` is empty when it was done."""

    id: uuid.UUID
    title: str
    account: str
    problem: str = ""


def carry_out(
    act: Act, rows: list[Any], find: Callable[[uuid.UUID], Any], name: Callable[[Any], str],
    reason: str,
) -> list[Outcome]:  # fmt: skip
    """Do it to each row in turn and return what became of each. Commits row by row."""
    meant = [(row.id, name(row), act.account(row)) for row in rows]
    db.session.close()
    return [
        Outcome(key, title, account.name, _one(act, key, account, find, reason))
        for key, title, account in meant
    ]


def _one(
    act: Act, key: uuid.UUID, account: AccountRef, find: Callable[[uuid.UUID], Any], reason: str
) -> str:
    try:
        with acting_in(tenant_scope(account.tenant_id)):
            row = find(key)
            if row is None:
                return "It is gone."
            act.do(row, account, by=current.person, reason=reason)
            db.session.commit()
    except Denied as denied:
        record_refusal(denied.decision)
        return str(denied)
    except act.problems as problem:
        return str(problem)
    except SQLAlchemyError:
        return "The database was busy, or somebody changed this at the same moment. Try again."
    return ""
