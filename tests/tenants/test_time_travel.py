"""The past is answered as it was, whatever happened since.

A random run over a random tree: people give, end, edit roles, change groups, move, suspend and
open accounts; people are barred and let in again; staff look in. After each act everybody's rights
everywhere are written down. In the end all of it is asked again, of the same instants.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from tenants import defining
from tenants.accounts import AccountRef, account_by_id, ref
from tenants.audit import excuse
from tenants.barring import CannotBar, bar, let_in
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied, can, permissions_at
from tenants.defining import CannotDefine, Definition
from tenants.delegation import CannotDelegate, bestow
from tenants.directory import actor_for
from tenants.looks import last_look
from tenants.past import account_as_of
from tenants.people import Person, person_by_id
from tenants.permissions import Permission
from tenants.questions import explain, who_can
from tenants.roles import Role, built_in
from tenants.scope import across_tenants, acting_in, directory, reading, tenant_scope
from tenants.strength import TooWeak
from tenants.supporting import CannotSupport, open_session
from tenants.suspending import reactivate, suspend
from tests.fixtures.app import both_databases
from tests.fixtures.pages import TESTS
from tests.tenants.coalition_world import World

ACTS, MOST, TRIES = 30, 300, 6
HURRY = 8  # acts an hour once there were enough, until each kind was done
KINDS = {"give", "end", "change", "add_member", "remove_member", "move", "suspend", "bar", "look"}

RIGHTS = (Permission.PAGE_VIEW, Permission.PAGE_EDIT, Permission.PAGE_PUBLISH, Permission.GRANT_END)

Rights = dict[tuple[uuid.UUID, uuid.UUID], frozenset[Permission] | None]


@dataclass(frozen=True)
class Asked:
    """What everybody could do everywhere at a moment; None for who could not sign in."""

    at: datetime
    rights: Rights
    one: tuple[uuid.UUID, Permission, uuid.UUID, bool | None]
    who: tuple[Permission, uuid.UUID, set[str]]


class Run:
    """A world in which much is allowed, so that much happens."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a fixed seed, to see the same run again
        self.world = World(self.dice)
        with across_tenants("an admin, an owner and somebody of the support staff"):
            top = self.world.accounts[0]
            house = account_by_id(top.path[0])
            assert house is not None
            self.house = ref(house)
            staff = Person(email="staff@x.example", name="Staff")
            db.session.add(staff)
            excuse(staff, "made for a test")
            for person in (staff, *map(person_by_id, self.world.people[:2])):
                assert person is not None
                db.session.flush()
                at_house = person is staff
                role = built_in("owner" if at_house else "account-admin")
                bestow(person, role, self.house if at_house else top, by=TESTS)
            db.session.commit()
            self.staff = staff.id
        self.people = [*self.world.people, self.staff]
        self.done: Counter[str] = Counter()

    def act(self) -> None:
        """Have somebody do something at random."""
        dice = self.dice.random()
        if dice < 0.1:
            self._bar_or_let_in()
        elif dice < 0.2:
            self._look()
        elif dice < 0.26:
            self._suspend()
        elif dice < 0.33:
            self._change()
        else:
            self._attempt()

    def _attempt(self) -> None:
        able = [p for p in self.world.people if actor_for(p) is not None]
        for _ in range(TRIES):
            what = self.world.attempt(self.dice.choice([*able, *able[:1] * 6]))
            if what:
                self.done[what] += 1
                break
        self.world.accept_pending()

    def _bar_or_let_in(self) -> None:
        with acting_in(tenant_scope(self.house.tenant_id)):
            person = person_by_id(self.dice.choice(self.world.people))
            assert person is not None
            try:
                (bar if person.active else let_in)(person, by=TESTS)
                db.session.commit()
                self.done["bar"] += 1
            except CannotBar:
                db.session.rollback()

    def _look(self) -> None:
        by, account = self.actor(self.staff), self.dice.choice(self.world.accounts)
        assert by is not None
        last = last_look(self.staff)
        with acting_in(tenant_scope(account.tenant_id)):
            try:
                open_session(account, last, by=by, reason="A reason.", ticket="T-1")
                db.session.commit()
                self.done["look"] += 1
            except CannotSupport:
                db.session.rollback()

    def _suspend(self) -> None:
        """Suspend one of the accounts below, or open one again, whoever suspended it."""
        account = self.dice.choice(self.world.accounts[1:])
        with across_tenants("as the door does"):
            try:
                if account.state == "open":
                    suspend(account, by=TESTS, reason="A reason.")
                else:
                    reactivate(account, by=TESTS)
                db.session.commit()
                self.done["suspend"] += 1
            except Denied:
                db.session.rollback()
        self.world.look_again()

    def _change(self) -> None:
        """Have an admin change what one of the roles that people defined says."""
        by = next(filter(None, map(self.actor, self.world.people[:2])), None)
        with acting_in(tenant_scope(self.world.accounts[0].tenant_id)):
            own = select(Role).where(Role.account_id.is_not(None), Role.deleted_at.is_(None))
            found = list(db.session.scalars(own.order_by(Role.id)))
            if by is None or not found:
                return
            role = self.dice.choice(found)
            account = next(each for each in self.world.accounts if each.id == role.account_id)
            rights = frozenset(self.dice.sample(RIGHTS, 2))
            try:
                defining.change(role, account, Definition(role.name, "", rights, None), by=by)
                db.session.commit()
                self.done["change"] += 1
            except (Denied, TooWeak, CannotDefine, CannotDelegate):
                db.session.rollback()

    def actor(self, person_id: uuid.UUID) -> Actor | None:
        return actor_for(person_id)

    def ask(self) -> Asked:
        """Ask the live system."""
        self.world.look_again()
        rights: Rights = {}
        actors = {person: self.actor(person) for person in self.people}
        for person, actor in actors.items():
            for account in self.world.accounts:
                rights[person, account.id] = permissions_at(actor, account) if actor else None
        person, account = self.dice.choice(self.people), self.dice.choice(self.world.accounts)
        permission = self.dice.choice(list(Permission))
        actor = actors[person]
        allowed = can(actor, permission, account).allowed if actor else None
        named = {row.email for row in who_can(permission, account)}
        return Asked(
            now(), rights, (person, permission, account.id, allowed),
            (permission, account.id, named),
        )  # fmt: skip


def again(asked: Asked) -> None:
    """Ask about that moment from today, and compare."""
    actors: dict[uuid.UUID, Actor | None] = {}
    places: dict[uuid.UUID, AccountRef | None] = {}
    for (person, account_id), rights in asked.rights.items():
        if person not in actors:
            actors[person] = actor_for(person, asked.at)
        if account_id not in places:
            places[account_id] = account_as_of(account_id, asked.at)
        actor, account = actors[person], places[account_id]
        assert account is not None
        assert (permissions_at(actor, account) if actor else None) == rights, (asked.at, person)
    person, permission, account_id, allowed = asked.one
    answer = explain(person, permission, _today(account_id), asked.at)
    assert (answer.decision.allowed if answer else None) == allowed
    permission, account_id, named = asked.who
    assert {row.email for row in who_can(permission, _today(account_id), asked.at)} == named


def _today(account_id: uuid.UUID) -> AccountRef:
    with reading(), directory():
        row = account_by_id(account_id)
        assert row is not None
        return ref(row)


@both_databases
def test_all_that_was_answered_is_answered_the_same_in_the_end(empty_app: Flask) -> None:
    with empty_app.app_context():
        run = Run(20261121)
        start, asked = now() + timedelta(hours=1), []
        for hour in range(MOST):
            if hour >= ACTS and all(run.done[kind] for kind in KINDS):
                break
            for second in range(1 if hour < ACTS else HURRY):
                with time_machine.travel(start + timedelta(hours=hour, seconds=second), tick=False):
                    run.act()
            minutes = run.dice.randint(1, 59)
            with time_machine.travel(start + timedelta(hours=hour, minutes=minutes), tick=False):
                asked.append(run.ask())
        assert not {k for k in KINDS if not run.done[k]}, run.done
        for moment in asked:
            again(moment)
