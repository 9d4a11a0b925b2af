"""A random tree with random grants, and everything one of its people could try to grow stronger.

Whatever is tried goes through the actions that every door calls, in the scope the doors give.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tenants.accounts import AccountRef, place, ref
from tenants.audit import excuse
from tenants.bounds import FOREVER
from tenants.built_in import sync_built_in
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied, permissions_at
from tenants.defining import CannotDefine, Definition, change, clone, define, delete
from tenants.delegation import CannotDelegate, bestow, give
from tenants.directory import actor_for, scope_of
from tenants.ending import end
from tenants.grants import Grant
from tenants.grouping import CannotGroup, add_member, make, remove_member
from tenants.grouping import delete as delete_group
from tenants.groups import Group, GroupMember
from tenants.invitations import hold, offer_behind
from tenants.inviting import CannotInvite, InvitationRefused, accept, invite
from tenants.offers import givable_roles, grant_by_id
from tenants.people import Person, person_by_id
from tenants.permissions import Permission
from tenants.restoring import restore_group, restore_role
from tenants.roles import Role, contain
from tenants.scope import across_tenants, acting_in
from tenants.strength import TooWeak
from tests.fixtures.pages import TESTS

REFUSED = (
    CannotDefine, CannotDelegate, CannotGroup, CannotInvite, Denied, InvitationRefused, TooWeak,
)  # fmt: skip
Right = tuple[str, uuid.UUID, str]
Rights = dict[Right, datetime]
PEOPLE = 7
ACCOUNTS = 8


class World:
    """One master with a random tree below it, and people with random grants."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.moment = now()
        with across_tenants("a random world"):
            self._open()
            self._people()
            db.session.commit()
        self.coalition = self.people[: dice.randint(2, 4)]
        self.tried = self.done = 0

    def _open(self) -> None:
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
        powers = {"grant.give", "grant.end", "role.manage", "group.manage"}
        contain(role, {p for p in map(str, self.some()) if p != "staff.manage"} | powers)
        return role

    def reach(self) -> Any:
        return self.dice.choice(["subtree", "subtree", "account"])

    def until(self) -> datetime | None:
        return self.dice.choice([None, None, now() + timedelta(days=self.dice.randint(1, 200))])

    def some(self) -> list[Permission]:
        return self.dice.sample(list(Permission), self.dice.randint(1, 6))

    def actor(self, person_id: uuid.UUID) -> Actor:
        found = actor_for(person_id)
        assert found is not None
        return found

    def rights_of(self, people: Iterable[uuid.UUID]) -> Rights:
        """Return all that these people hold together: permission, account, reach and how long."""
        found: Rights = {}
        for holding in (h for person in people for h in self.actor(person).holdings):
            for account in (a for a in self.accounts if holding.covers(a)):
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
            with acting_in(scope_of(by, account)):
                getattr(self, f"_{name}")(by, account)
                db.session.commit()
        except REFUSED:
            return ""
        finally:
            db.session.rollback()
        self.done += 1
        return name

    def _someone(self) -> Person:
        person = person_by_id(self.dice.choice([*self.coalition, *self.people]))
        assert person is not None
        return person

    def _row(self, cls: Any, *conditions: Any) -> Any:
        rows = list(db.session.scalars(select(cls).where(*conditions).order_by(cls.id)))
        if not rows:
            raise CannotGroup("nothing to try it on")
        return self.dice.choice(rows)

    def _role(self, by: Actor, account: AccountRef) -> Role:
        able = [role for role, no in givable_roles(account, by) if no is None]
        return self.dice.choice(able) if able and self.sensible else self._row(Role)

    def _extent(self, by: Actor) -> tuple[Any, datetime | None]:
        """Return how far and how long: in sensible moments as far as something held reaches."""
        if not by.holdings or not self.sensible:
            return self.reach(), self.until()
        held = self.dice.choice(by.holdings)
        return held.reach, held.until

    def _give(self, by: Actor, account: AccountRef) -> None:
        bearer = self._someone() if self.dice.random() < 0.6 else self._row(Group)
        reach, until = self._extent(by)
        give(bearer, self._role(by, account), account, by=by, reach=reach, until=until)

    def _end(self, by: Actor, account: AccountRef) -> None:
        found = self._row(Grant, Grant.account_id == account.id, *Grant.in_force(now()))
        grant = grant_by_id(found.id)
        assert grant is not None
        end(grant, account, by=by)

    def _invite(self, by: Actor, account: AccountRef) -> None:
        person, role = self._someone(), self._role(by, account)
        reach, until = self._extent(by)
        _, token = invite(person.email, role, account, by=by, reach=reach, until=until)
        db.session.commit()
        self.pending = token, person.id

    def _define(self, by: Actor, account: AccountRef) -> None:
        define(account, self._definition(by, account), by=by)

    def _change(self, by: Actor, _account: AccountRef) -> None:
        role = self._row(Role, Role.account_id.is_not(None), Role.deleted_at.is_(None))
        place = self._at(role.account_id)
        change(role, place, self._definition(by, place), by=by)

    def _definition(self, by: Actor, account: AccountRef) -> Definition:
        parent = self._row(Role).id if self.dice.random() < 0.3 else None
        wanted = frozenset(self.some())
        if self.sensible:
            wanted &= permissions_at(by, account)
        return Definition(f"R{self.dice.randint(0, 10**9)}", "", wanted, parent)

    def _clone(self, by: Actor, account: AccountRef) -> None:
        clone(self._row(Role), account, f"C{self.dice.randint(0, 10**9)}", by=by)

    def _delete_role(self, by: Actor, _account: AccountRef) -> None:
        role = self._row(Role, Role.account_id.is_not(None), Role.deleted_at.is_(None))
        delete(role, self._at(role.account_id), by=by)

    def _restore_role(self, by: Actor, _account: AccountRef) -> None:
        role = self._row(Role, Role.deleted_at.is_not(None))
        restore_role(role, self._at(role.account_id), by=by)

    def _make_group(self, by: Actor, account: AccountRef) -> None:
        make(account, f"G{self.dice.randint(0, 10**9)}", by=by)

    def _add_member(self, by: Actor, _account: AccountRef) -> None:
        group = self._row(Group, Group.deleted_at.is_(None))
        add_member(group, self._someone(), self._at(group.account_id), by=by)

    def _remove_member(self, by: Actor, _account: AccountRef) -> None:
        row = self._row(GroupMember, GroupMember.ended_at.is_(None))
        group = db.session.get(Group, row.group_id)
        assert group is not None
        db.session.refresh(row, ["person"])
        remove_member(row, group, self._at(group.account_id), by=by)

    def _delete_group(self, by: Actor, _account: AccountRef) -> None:
        group = self._row(Group, Group.deleted_at.is_(None))
        delete_group(group, self._at(group.account_id), by=by)

    def _restore_group(self, by: Actor, _account: AccountRef) -> None:
        group = self._row(Group, Group.deleted_at.is_not(None))
        restore_group(group, self._at(group.account_id), by=by)

    def _at(self, account_id: uuid.UUID | None) -> AccountRef:
        return next(a for a in self.accounts if a.id == account_id)

    sensible = True
    pending: tuple[str, uuid.UUID] | None = None

    def accept_pending(self) -> None:
        """Have whoever was invited last accept."""
        if self.pending is None:
            return
        (token, person_id), self.pending = self.pending, None
        offer = offer_behind(token)
        assert offer is not None
        by, inviter = self.actor(person_id), actor_for(offer.invited_by_id)
        try:
            with acting_in(scope_of(inviter or by, offer.account)):
                row = hold(token, offer.account)
                assert row is not None
                accept(row, offer.account, by=by, inviter=inviter)
                db.session.commit()
        except REFUSED:
            db.session.rollback()


ATTEMPTS = sorted(
    name[1:]
    for name in vars(World)
    if name.startswith("_")
    and name not in {"_role", "_extent", "_definition"}
    and "by" in getattr(vars(World)[name], "__annotations__", {})
)
