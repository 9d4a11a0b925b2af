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
Change = tuple[frozenset[str], frozenset[str]] | None
Changes = dict[uuid.UUID, tuple[Change, Change]]


@dataclass(frozen=True)
class Effect:
    """One person's gain and loss at an account (`where`: here, below or both).

    What holds below does so down to the accounts where the person has another line, and not at
    those in `apart_from`, where nothing changes. `known_at` are the accounts where the person
    holds what counts here, before or after.
    """

    person_id: uuid.UUID
    name: str
    email: str
    account: AccountRef
    where: str
    gained: tuple[Permission, ...]
    lost: tuple[Permission, ...]
    known_at: tuple[AccountRef, ...] = ()
    apart_from: tuple[AccountRef, ...] = ()

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
        return _difference(ids, before, _picture(ids)), ask()


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


def _difference(ids: Collection[uuid.UUID], before: _Picture, after: _Picture) -> list[Effect]:
    places = before.places | after.places
    turning = sorted((places[account_id] for account_id in ids), key=lambda a: a.depth)
    people: dict[uuid.UUID, list[Held]] = defaultdict(list)
    for row in (*before.held, *after.held):
        people[row.person_id].append(row)
    effects = [
        _effect(people[person_id], places, account, change, where, apart)
        for person_id, changes in _changes(before.rights, after.rights).items()
        for account, apart in _told_at(turning, changes).items()
        for change, where in _lines(changes[account.id])
    ]
    return sorted(effects, key=lambda e: (e.account.depth, e.account.name, e.name, e.email))


def _effect(
    held: list[Held], places: dict[uuid.UUID, AccountRef], account: AccountRef,
    change: tuple[frozenset[str], frozenset[str]], where: str, apart: list[AccountRef],
) -> Effect:  # fmt: skip
    gained, lost = change
    return Effect(
        held[0].person_id, held[0].name, held[0].email, account, where,
        tuple(sorted(known(gained))), tuple(sorted(known(lost))),
        tuple({row.holding.account_id: places[row.holding.account_id] for row in held}.values()),
        tuple(apart) if where != "here" else (),
    )  # fmt: skip


def _changes(had: Rights, has: Rights) -> dict[uuid.UUID, Changes]:
    """Return what changes for each person: by account, here and below it."""
    nothing: frozenset[str] = frozenset()
    found: dict[uuid.UUID, Changes] = defaultdict(dict)
    for person_id, account_id in sorted({key[:2] for key in had | has}, key=str):
        sides: list[Change] = []
        for where in ("here", "below"):
            key = (person_id, account_id, where)
            old, new = had.get(key, nothing), has.get(key, nothing)
            sides.append((new - old, old - new) if old != new else None)
        if any(sides):
            found[person_id][account_id] = (sides[0], sides[1])
    return found


def _told_at(turning: list[AccountRef], changes: Changes) -> dict[AccountRef, list[AccountRef]]:
    """Return where one person's lines stand, each with the accounts below it that stay as they are.

    An account with the very change that reaches it from above needs no line of its own.
    """
    told: dict[AccountRef, list[AccountRef]] = {}
    teller: dict[uuid.UUID, AccountRef] = {}
    seen: dict[uuid.UUID, Change] = {}
    for account in turning:
        above = next((each for each in reversed(account.path[:-1]) if each in seen), None)
        coming = seen[above] if above else None
        here, below = changes.get(account.id, (None, None))
        seen[account.id] = below
        if here == below == coming:
            if above in teller:
                teller[account.id] = teller[above]
        elif here or below:
            told[account], teller[account.id] = [], account
        elif above in teller:
            told[teller[above]].append(account)
    return told


def _lines(sides: tuple[Change, Change]) -> list[tuple[tuple[frozenset[str], frozenset[str]], str]]:
    here, below = sides
    if here == below and here:
        return [(here, "both")]
    return [(change, where) for change, where in ((here, "here"), (below, "below")) if change]
