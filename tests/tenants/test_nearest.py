"""The accounts to go to: the same whichever way they are asked for, the nearest of too many."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

from flask.ctx import AppContext
from sqlalchemy import select

from tenants.accounts import Account, AccountRef, place, ref
from tenants.audit import excuse
from tenants.db import db
from tenants.decisions import Actor, Holding
from tenants.nearest import ROOMS, accounts_within_reach
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
    far = as_actor(cast.operator)
    bolts = accounts_within_reach(far, 3, tenant_id=cast.bolt.tenant_id)
    assert [each.handle for each in bolts] == ["bolt"]


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


@both_databases
def test_any_grants_lead_to_what_they_reach_the_nearest_first(inside: AppContext, cast: Cast):
    """One, several or many subtrees and single accounts: against what the paths say."""
    _a_wood_below(cast)
    with across_tenants("all accounts there are"):
        rows = [ref(each) for each in db.session.scalars(select(Account))]
        db.session.rollback()
    dice, said = random.Random(11), as_actor(cast.admin)  # noqa: S311 - not for secrets
    for far, near, limit in product(range(6), range(3), (5, 100)):
        roots, alone = dice.sample(rows, far), dice.sample(rows, near)
        held = [(at, "subtree") for at in roots] + [(at, "account") for at in alone]
        holdings = [_held(said, at, reach) for at, reach in held]
        found = accounts_within_reach(replace(said, holdings=tuple(holdings)), limit)
        steps = {
            each.id: min(
                [len(each.path) - each.path.index(at.id) - 1 for at in roots if at.id in each.path]
                + [0 for at in alone if at.id == each.id]
            )
            for each in rows
            if each.state != "closed" and ({at.id for at in roots} & {*each.path} or each in alone)
        }
        assert {each.id for each in found} <= steps.keys()
        assert len(found) == min(limit, len(steps))
        if far <= max(ROOMS):
            kept = sorted(steps[each.id] for each in found)
            assert kept == sorted(steps.values())[: len(kept)]


def _held(actor: Actor, at: AccountRef, reach: str) -> Holding:
    return replace(actor.holdings[0], account_id=at.id, tenant_id=at.tenant_id, reach=reach)
