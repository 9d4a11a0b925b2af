"""What a change really did to everybody's rights, found without `tenants.effects`.

Every person is asked for every account of the tree, before and after, through the same
`permissions_at` that the live system decides by.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from tenants.accounts import Account, AccountRef, ref
from tenants.db import db
from tenants.decisions import permissions_at
from tenants.directory import actor_for
from tenants.effects import Effect
from tenants.people import Person
from tenants.permissions import Permission
from tenants.scope import across_tenants

Key = tuple[uuid.UUID, uuid.UUID]
Rights = dict[Key, frozenset[Permission]]
Change = tuple[frozenset[Permission], frozenset[Permission]]


def the_tree() -> list[AccountRef]:
    """Every account as it stands now."""
    with across_tenants("a test looks at the whole tree"):
        return [ref(row) for row in db.session.scalars(select(Account))]


def everybodys_rights() -> Rights:
    """What each person may do at each account."""
    accounts, found = the_tree(), {}
    with across_tenants("a test looks at everybody"):
        people = list(db.session.scalars(select(Person.id)))
    for person_id in people:
        actor = actor_for(person_id)
        for account in accounts:
            held = permissions_at(actor, account) if actor else frozenset()
            found[person_id, account.id] = frozenset(held)
    return found


def difference(before: Rights, after: Rights) -> dict[Key, Change]:
    """Who gained and lost what at which account; nothing where nothing changed."""
    nothing: frozenset[Permission] = frozenset()
    found = {}
    for key in before.keys() | after.keys():
        had, has = before.get(key, nothing), after.get(key, nothing)
        if had != has:
            found[key] = (has - had, had - has)
    return found


def as_told(effects: Iterable[Effect], tree: list[AccountRef]) -> dict[Key, Change]:
    """The same, read off a list of effects: a line holds below its account until another does."""
    lines: dict[Key, dict[str, Change | None]] = {}
    for effect in effects:
        own = lines.setdefault((effect.person_id, effect.account.id), {})
        for where in ("here", "below") if effect.where == "both" else (effect.where,):
            assert where not in own, "one line a person and place"
            own[where] = (frozenset(effect.gained), frozenset(effect.lost))
    for effect in effects:
        for account in effect.apart_from:
            lines[effect.person_id, account.id] = {}
    return {
        (person_id, account.id): change
        for person_id in {person_id for person_id, _ in lines}
        for account in tree
        if (change := _at(account, person_id, lines)) is not None
    }


def _at(
    account: AccountRef, person_id: uuid.UUID, lines: dict[Key, dict[str, Change | None]]
) -> Change | None:
    for above in reversed(account.path):
        if (person_id, above) in lines:
            return lines[person_id, above].get("here" if above == account.id else "below")
    return None
