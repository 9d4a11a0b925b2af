"""Where accounts stood, and whether they were open, at a past instant.

Each function opens and closes the directory's own short read; call them outside any scope, or
inside one across all tenants.
"""

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import literal, select

from tenants.accounts import Account, AccountPlace, AccountRef, AccountState, ref
from tenants.db import db
from tenants.roles import in_force
from tenants.scope import directory, reading

DEEPEST = 100
"""How many accounts deep a tree is followed."""


def account_as_of(account_id: uuid.UUID, at: datetime) -> AccountRef | None:
    """Return the account with its place and state at an instant (UTC), under its name of today.

    None when it was not opened yet. Two statements.
    """
    climb = (
        select(AccountPlace.account_id, AccountPlace.parent_id, literal(0).label("steps"))
        .where(AccountPlace.account_id == account_id, *in_force(AccountPlace, at))
        .cte("climb", recursive=True)
    )
    step = select(AccountPlace.account_id, AccountPlace.parent_id, climb.c.steps + 1)
    step = step.join(climb, climb.c.parent_id == AccountPlace.account_id)
    climb = climb.union_all(step.where(climb.c.steps < DEEPEST, *in_force(AccountPlace, at)))
    query = (
        select(climb.c.account_id, climb.c.parent_id, AccountState.state)
        .join(AccountState, AccountState.account_id == climb.c.account_id)
        .where(*in_force(AccountState, at))
        .order_by(climb.c.steps.desc())
    )
    with reading(), directory():
        line = db.session.execute(query).all()
        row = db.session.get(Account, account_id)
        if row is None or not line:
            return None
        return replace(
            ref(row), path=tuple(each.account_id for each in line), parent_id=line[-1].parent_id,
            state=line[-1].state, halted=any(each.state != "open" for each in line),
        )  # fmt: skip


def below_as_of(roots: Collection[uuid.UUID], at: datetime) -> set[uuid.UUID]:
    """Return the ids of the accounts that stood below any of `roots`, they included, at an instant.

    One statement.
    """
    down = (
        select(AccountPlace.account_id, literal(0).label("steps"))
        .where(AccountPlace.account_id.in_(roots), *in_force(AccountPlace, at))
        .cte("down", recursive=True)
    )
    step = select(AccountPlace.account_id, down.c.steps + 1)
    step = step.join(down, AccountPlace.parent_id == down.c.account_id)
    down = down.union_all(step.where(down.c.steps < DEEPEST, *in_force(AccountPlace, at)))
    with reading(), directory():
        return set(db.session.scalars(select(down.c.account_id)))
