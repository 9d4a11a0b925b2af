"""A random tree with random grants, and everything one of its people could try to grow stronger.

Whatever is tried goes through the actions that every door calls, in the scope the doors give.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from tenants.accounts import Account, place, ref
from tenants.audit import excuse
from tenants.bounds import FOREVER
from tenants.built_in import sync_built_in
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.defining import CannotDefine
from tenants.delegation import CannotDelegate, bestow
from tenants.directory import actor_for, scope_of
from tenants.grouping import CannotGroup
from tenants.invitations import hold, offer_behind
from tenants.inviting import CannotInvite, InvitationRefused, accept
from tenants.people import Person
from tenants.roles import Role, contain
from tenants.scope import across_tenants, acting_in
from tenants.strength import TooWeak
from tenants.tree import CannotChange
from tests.fixtures.pages import TESTS
from tests.tenants.coalition_attempts import ATTEMPTS, Attempts

REFUSED = (
    CannotChange, CannotDefine, CannotDelegate, CannotGroup, CannotInvite, Denied,
    InvitationRefused, TooWeak,
)  # fmt: skip
Right = tuple[str, uuid.UUID, str]
Rights = dict[Right, datetime]
PEOPLE = 7
ACCOUNTS = 8


class World(Attempts):
    """One master with a random tree below it, and people with random grants."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.moment = now()
        with across_tenants("a random world"):
            self._set_up()
            self._people()
            db.session.commit()
        self.fresh: set[uuid.UUID] = set()
        self.coalition = self.people[: dice.randint(2, 4)]
        self.tried = self.done = 0

    def _set_up(self) -> None:
        sync_built_in()
        for role in db.session.scalars(select(Role)):
            excuse(role, "made for a test")
        house = place("house", "house", "House", None, "UTC")
        rows = [place("master", "m", "M", house, "UTC")]
        for n in range(ACCOUNTS - 1):
            rows.append(place("secondary", f"s{n}", f"S{n}", self.dice.choice(rows), "UTC"))
        for row in (house, *rows):
            excuse(row, "made for a test")
        self.accounts = [ref(row) for row in rows]
        self.handles = 0

    def _people(self) -> None:
        people = [Person(email=f"p{n}@x.example", name=f"P{n}") for n in range(PEOPLE)]
        db.session.add_all(people)
        for person in people:
            excuse(person, "made for a test")
        roles = list(db.session.scalars(select(Role).where(Role.for_house.is_(False))))
        roles += [self._custom_role(n) for n in range(4)]
        db.session.flush()
        for n in range(10):
            role = roles[-1 - n] if n < 4 else self.dice.choice(roles)
            fitting = [a for a in self.accounts if role.account_id in {None, *a.path}]
            bestow(
                people[n] if n < 4 else self.dice.choice(people), role, self.dice.choice(fitting),
                by=TESTS, reach="subtree" if n < 4 else self.reach(),
                until=None if n < 2 else self.until(),
            )  # fmt: skip
        self.people = [person.id for person in people]

    def _custom_role(self, n: int) -> Role:
        account = self.dice.choice(self.accounts)
        role = Role(
            key=f"odd-{n}", name=f"Odd {n}", tenant_id=account.tenant_id, account_id=account.id
        )
        db.session.add(role)
        excuse(role, "made for a test")
        db.session.flush()
        powers = {"grant.give", "grant.end", "role.manage", "group.manage", "account.move"}
        contain(role, {p for p in map(str, self.some()) if p != "staff.manage"} | powers)
        return role

    def actor(self, person_id: uuid.UUID) -> Actor:
        found = actor_for(person_id)
        assert found is not None
        return found

    def opened(self, account: Account) -> None:
        """Leave a new account out of the comparison: nobody held anything there before."""
        self.fresh.add(account.id)

    def look_again(self) -> None:
        """See where the accounts stand now; new ones are places to try, not rights to compare."""
        with across_tenants("where accounts stand"):
            rows = db.session.scalars(select(Account).where(Account.kind != "house"))
            self.accounts = [ref(row) for row in rows.all()]

    def rights_of(self, people: Iterable[uuid.UUID]) -> Rights:
        """Return all that these people hold together: permission, account, reach and how long."""
        found: Rights = {}
        known = [a for a in self.accounts if a.id not in self.fresh]
        for holding in (h for person in people for h in self.actor(person).holdings):
            for account in (a for a in known if holding.covers(a)):
                wheres = ("here", "below") if holding.reach == "subtree" else ("here",)
                for right in ((p, account.id, w) for p in holding.permissions for w in wheres):
                    found[right] = max(holding.until or FOREVER, found.get(right, self.moment))
        return found

    def attempt(self, person_id: uuid.UUID) -> str:
        """Have a person try something at random; return what, if it was not refused."""
        name = self.dice.choice(ATTEMPTS)
        by = self.actor(person_id)
        self.sensible = self.dice.random() < 0.7
        powers = {"grant.give", "role.manage", "group.manage"}
        places = {h.account_id for h in by.holdings if powers & h.permissions.keys()}
        known = [a for a in self.accounts if by.is_member(a)]
        able = [a for a in known if self.sensible and places & set(a.path)]
        account = self.dice.choice(able or known or self.accounts)
        self.tried += 1
        try:
            wide = name in {"open", "move", "suspend"}
            scope = scope_of(by, account)
            with across_tenants("as the door does") if wide else acting_in(scope):
                getattr(self, f"_{name}")(by, account)
                db.session.commit()
        except REFUSED:
            return ""
        finally:
            db.session.rollback()
        self.done += 1
        self.look_again()
        return name

    def accept_pending(self) -> None:
        """Have whoever was invited last accept."""
        if self.pending is None:
            return
        (token, person_id), self.pending = self.pending, None
        offer = offer_behind(token)
        assert offer is not None
        by, inviter = actor_for(person_id), actor_for(offer.invited_by_id)
        if by is None:
            return
        try:
            with acting_in(scope_of(inviter or by, offer.account)):
                row = hold(token, offer.account)
                assert row is not None
                accept(row, offer.account, by=by, inviter=inviter)
                db.session.commit()
        except REFUSED:
            db.session.rollback()
