"""The accounts to go to: the same whichever way they are asked for, the nearest of too many."""

from __future__ import annotations

from flask.ctx import AppContext
from sqlalchemy import select

from tenants.accounts import Account, place
from tenants.audit import excuse
from tenants.db import db
from tenants.nearest import accounts_within_reach
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor


def _a_wood_below(cast: Cast) -> None:
    with across_tenants("a tree"):
        top = db.session.get(Account, cast.acme.id)
        assert top is not None
        accounts = [top]
        for number in range(40):
            above = accounts[number * 7 % len(accounts)]
            name = f"T {number * 37 % 100}"
            accounts.append(place("secondary", f"tree-{number}", name, above, "UTC"))
        accounts[9].state = "closed"
        for row in accounts:
            excuse(row, "Made up for a test.")
        db.session.commit()


@both_databases
def test_who_holds_one_subtree_gets_the_same_as_who_holds_many(inside: AppContext, cast: Cast):
    _a_wood_below(cast)
    with across_tenants("all accounts there are"):
        every = list(db.session.scalars(select(Account.id)))
        db.session.rollback()
    for who in (cast.operator, cast.admin, cast.editor, cast.berlin_admin, cast.bolt_admin):
        actor = as_actor(who)
        near = accounts_within_reach(actor, 100)
        assert near == accounts_within_reach(actor, 100, ids=every)
        assert near
    assert len(accounts_within_reach(as_actor(cast.admin), 100)) == 4 + 39


@both_databases
def test_of_too_many_the_nearest_are_shown_below_their_parents(inside: AppContext, cast: Cast):
    _a_wood_below(cast)
    actor = as_actor(cast.admin)
    every = accounts_within_reach(actor, 100)
    some = accounts_within_reach(actor, 12)
    assert len(some) == 12
    left = [each for each in every if each not in some]
    assert max(each.depth for each in some) <= min(each.depth for each in left)
    shown = {each.id for each in some}
    assert all(each.parent_id in shown for each in some if each.id != cast.acme.id)
