"""What a change does to people's rights: who gains and who loses which, where.

The change is tried out (`tenants.trial`) and the rights before and after are compared. Accounts
that differ from the one above them in no grant and no state need no row of their own: each row
says whether it holds at the account, below it, or both.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import exists, or_, select

from tenants.accounts import Account, AccountClosure, AccountRef, ref
from tenants.clock import now
from tenants.db import db
from tenants.decisions import WHILE_HALTED, Actor, can
from tenants.grants import Grant
from tenants.holdings import Held, held_at
from tenants.permissions import Permission, known
from tenants.trial import trial

Asked = TypeVar("Asked")
Rights = dict[tuple[uuid.UUID, uuid.UUID, str], frozenset[str]]


@dataclass(frozen=True)
class Effect:
    """One person's gain and loss at an account (`where`: here, below or both).

    `known_at` are the accounts where the person holds what counts here, before or after.
    """

    person_id: uuid.UUID
    name: str
    email: str
    account: AccountRef
    where: str
    gained: tuple[Permission, ...]
    lost: tuple[Permission, ...]
    known_at: tuple[AccountRef, ...] = ()

    def seen_by(self, actor: Actor) -> bool:
        """Tell whether an actor may be told who this is: he sees people where they hold roles."""
        return any(can(actor, Permission.ACCESS_VIEW, place).allowed for place in self.known_at)


@dataclass
class _Picture:
    """What people may do at some accounts, at one moment."""

    rights: Rights
    held: list[Held]
    places: dict[uuid.UUID, AccountRef]


def effects_of(change: Callable[[], object], *accounts: AccountRef) -> list[Effect]:
    """Return what `change` would do to anybody's rights at `accounts` and all below them.

    Raises whatever the change raises. Nothing is kept. By account, then by name.
    """
    return tried(change, *accounts, ask=lambda: None)[0]


def tried(
    change: Callable[[], object], *accounts: AccountRef, ask: Callable[[], Asked]
) -> tuple[list[Effect], Asked]:
    """Return the effects of `change`, and what `ask` answers while it is made.

    Raises whatever the two raise. Nothing is kept.
    """
    with trial():
        ids = _turning_points([account.id for account in accounts])
        before = _picture(ids)
        change()
        db.session.flush()
        db.session.expire_all()
        return _difference(before, _picture(ids)), ask()


def _turning_points(tops: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Return the accounts themselves and those below where a grant or a state of its own counts."""
    below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id.in_(tops))
    granted = exists().where(Grant.account_id == Account.id, *Grant.in_force(now()))
    query = select(Account.id).where(
        Account.id.in_(below), or_(Account.id.in_(tops), granted, Account.state != "open")
    )
    return list(db.session.scalars(query))


def _places(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, AccountRef]:
    return {
        row.id: ref(row) for row in db.session.scalars(select(Account).where(Account.id.in_(ids)))
    }


def _picture(ids: Collection[uuid.UUID]) -> _Picture:
    """Return what each person may do at each account, and below it through wider grants alone."""
    accounts = _places(ids)
    around = {node for account in accounts.values() for node in account.path}
    held = held_at(now(), account_ids=around)
    at: dict[uuid.UUID, list[Held]] = defaultdict(list)
    for row in held:
        at[row.holding.account_id].append(row)
    rights: dict[tuple[uuid.UUID, uuid.UUID, str], set[str]] = defaultdict(set)
    for account in accounts.values():
        for row in (row for node in account.path for row in at[node]):
            names = row.holding.permissions.keys()
            counted = names & WHILE_HALTED if account.halted else names
            if row.holding.covers(account):
                rights[row.person_id, account.id, "here"] |= counted
            if row.holding.reach == "subtree":
                rights[row.person_id, account.id, "below"] |= counted
    return _Picture({k: frozenset(v) for k, v in rights.items()}, held, _places(around | set(ids)))


def _difference(before: _Picture, after: _Picture) -> list[Effect]:
    found: dict[tuple[uuid.UUID, uuid.UUID, frozenset[str], frozenset[str]], list[str]] = {}
    nothing: frozenset[str] = frozenset()
    for key in sorted(before.rights.keys() | after.rights.keys(), key=str):
        had, has = before.rights.get(key, nothing), after.rights.get(key, nothing)
        if had != has:
            person_id, account_id, where = key
            found.setdefault((person_id, account_id, has - had, had - has), []).append(where)
    places = before.places | after.places
    people: dict[uuid.UUID, list[Held]] = defaultdict(list)
    for row in (*before.held, *after.held):
        people[row.person_id].append(row)
    effects = [
        Effect(
            person_id, people[person_id][0].name, people[person_id][0].email, places[account_id],
            "both" if len(where) > 1 else where[0],
            tuple(sorted(known(gained))), tuple(sorted(known(lost))),
            tuple({r.holding.account_id: places[r.holding.account_id]
                   for r in people[person_id]}.values()),
        )
        for (person_id, account_id, gained, lost), where in found.items()
    ]  # fmt: skip
    return sorted(effects, key=lambda e: (e.account.depth, e.account.name, e.name, e.email))
