"""What somebody can try to grow stronger, or to make others so, through every action there is."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tenants.accounts import Account, AccountRef, account_by_id, ref
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, permissions_at
from tenants.defining import Definition, change, clone, define, delete
from tenants.delegation import give
from tenants.ending import end
from tenants.grants import Grant
from tenants.grouping import CannotGroup, add_member, make, remove_member
from tenants.grouping import delete as delete_group
from tenants.groups import Group, GroupMember
from tenants.inviting import invite
from tenants.moving import move
from tenants.offers import givable_roles, grant_by_id
from tenants.opening import open_account
from tenants.people import Person, person_by_id
from tenants.permissions import Permission
from tenants.restoring import restore_group, restore_role
from tenants.roles import Role
from tenants.suspending import reactivate, suspend


class Attempts:
    """Each attempt takes who tries it and where; `dice` decides the rest."""

    dice: random.Random
    people: list[uuid.UUID]
    coalition: list[uuid.UUID]
    accounts: list[AccountRef]
    sensible = True
    pending: tuple[str, uuid.UUID] | None = None

    def opened(self, account: Account) -> None:
        """Take note of an account that was opened."""
        raise NotImplementedError

    def reach(self) -> Any:
        return self.dice.choice(["subtree", "subtree", "account"])

    def until(self) -> datetime | None:
        return self.dice.choice([None, None, now() + timedelta(days=self.dice.randint(1, 200))])

    def some(self) -> list[Permission]:
        return self.dice.sample(list(Permission), self.dice.randint(1, 6))

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
        place = self._place(role.account_id)
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
        delete(role, self._place(role.account_id), by=by)

    def _restore_role(self, by: Actor, _account: AccountRef) -> None:
        role = self._row(Role, Role.deleted_at.is_not(None))
        restore_role(role, self._place(role.account_id), by=by)

    def _make_group(self, by: Actor, account: AccountRef) -> None:
        make(account, f"G{self.dice.randint(0, 10**9)}", by=by)

    def _add_member(self, by: Actor, _account: AccountRef) -> None:
        group = self._row(Group, Group.deleted_at.is_(None))
        add_member(group, self._someone(), self._place(group.account_id), by=by)

    def _remove_member(self, by: Actor, _account: AccountRef) -> None:
        row = self._row(GroupMember, GroupMember.ended_at.is_(None))
        group = db.session.get(Group, row.group_id)
        assert group is not None
        db.session.refresh(row, ["person"])
        remove_member(row, group, self._place(group.account_id), by=by)

    def _delete_group(self, by: Actor, _account: AccountRef) -> None:
        group = self._row(Group, Group.deleted_at.is_(None))
        delete_group(group, self._place(group.account_id), by=by)

    def _restore_group(self, by: Actor, _account: AccountRef) -> None:
        group = self._row(Group, Group.deleted_at.is_not(None))
        restore_group(group, self._place(group.account_id), by=by)

    def _open(self, by: Actor, account: AccountRef) -> None:
        """Open an account; all its opener is given there is new, and taken from nobody."""
        person = person_by_id(by.person_id) if by.person_id and self.dice.random() < 0.5 else None
        handle = f"n{self.dice.randint(0, 10**9)}"
        made = open_account(account, handle, handle, by=by, admin=person, zone="UTC")
        db.session.commit()
        self.opened(made)

    def _move(self, by: Actor, account: AccountRef) -> None:
        move(account, self._place(self.dice.choice(self.accounts).id), by=by)

    def _suspend(self, by: Actor, account: AccountRef) -> None:
        if account.state == "open" and self.dice.random() < 0.3:
            suspend(account, by=by, reason="A reason.")
        else:
            reactivate(account, by=by)

    def _place(self, account_id: uuid.UUID | None) -> AccountRef:
        row = account_by_id(account_id) if account_id else None
        if row is None:
            raise CannotGroup("out of reach")
        return ref(row)


ATTEMPTS = sorted(
    name[1:]
    for name in vars(Attempts)
    if name.startswith("_")
    and name not in {"_role", "_extent", "_definition"}
    and "by" in getattr(vars(Attempts)[name], "__annotations__", {})
)
