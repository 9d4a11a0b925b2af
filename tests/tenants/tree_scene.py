"""Changing the account tree in tests, and checking that it is sound afterwards."""

from __future__ import annotations

from sqlalchemy import select

from tenants.accounts import Account, AccountClosure, AccountRef, split_path
from tenants.db import db
from tenants.delegation import bestow
from tenants.directory import account_path
from tenants.people import Person
from tenants.roles import built_in
from tenants.scope import across_tenants
from tests.fixtures.cast import Someone
from tests.fixtures.pages import TESTS


def at(handle: str) -> AccountRef:
    return account_path(handle)[-1]


def in_tree(change, *words, **more) -> None:
    with across_tenants("a test changes the tree"):
        change(*words, **more)
        db.session.commit()


def give(who: Someone, role: str, account: AccountRef, reach="subtree", role_row=None) -> None:
    with across_tenants("a test gives a role"):
        person = db.session.get(Person, who.id)
        assert person is not None
        bestow(person, role_row or built_in(role), account, by=TESTS, reach=reach)
        db.session.commit()


def the_tree_is_sound() -> None:
    """Path, depth, closure and halted say what the parents say."""
    with across_tenants("a test checks the tree"):
        rows = {a.id: a for a in db.session.scalars(select(Account))}
        pairs = {
            (c.ancestor_id, c.descendant_id, c.distance)
            for c in db.session.scalars(select(AccountClosure))
        }
        expected = set()
        for row in rows.values():
            line = [row]
            while line[-1].parent_id:
                line.append(rows[line[-1].parent_id])
            assert split_path(row.path) == tuple(a.id for a in reversed(line))
            assert row.depth == len(line) - 1
            assert row.halted == any(a.state != "open" for a in line)
            expected |= {(a.id, row.id, n) for n, a in enumerate(line)}
        assert pairs == expected
