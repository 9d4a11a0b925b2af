"""Whatever random people do with roles and groups: nobody gets what none of those who acted held.

A reference that knows nothing of how it is decided: rights of everybody at every account are taken
before and after each act, and whatever anybody gained must have been held there by who acted.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants import defining, grouping, restoring
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.delegation import CannotDelegate, give
from tenants.directory import actor_for
from tenants.ending import end
from tenants.grants import Grant
from tenants.groups import Group
from tenants.permissions import Permission as P
from tenants.roles import Role, roles_at
from tenants.scope import acting_in, tenant_scope
from tenants.strength import TooWeak
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone
from tests.tenants.real_effects import difference, everybodys_rights
from tests.tenants.role_scene import defined, held, made, person

REFUSALS = (
    Denied, CannotDelegate, TooWeak, defining.CannotDefine, grouping.CannotGroup
)  # fmt: skip
RIGHTS = (P.PAGE_VIEW, P.PAGE_PUBLISH, P.ROLE_MANAGE, P.GROUP_MANAGE, P.GRANT_GIVE, P.GRANT_END)
STEPS = 25
MOST_STEPS = 250


@pytest.fixture
def scene(inside: Any, cast: Cast) -> Cast:
    """Some of the right people with some rights, so that much is tried and some of it works."""
    helper = defined(cast.admin, cast.acme, "Helper", P.ROLE_MANAGE, P.GRANT_GIVE, parent="viewer")
    leader = defined(cast.admin, cast.acme, "Leader", P.GROUP_MANAGE, P.GRANT_GIVE, P.GRANT_END)
    desk = made(cast.admin, cast.acme, "Desk", cast.author)
    strong = made(cast.admin, cast.acme, "Strong")
    held(desk, leader, cast.acme)
    held(strong, "account-admin", cast.berlin)
    held(cast.editor, helper, cast.acme)
    held(cast.viewer, helper, cast.berlin, reach="account")
    held(cast.publisher, leader, cast.berlin)
    return cast


@both_databases
@given(seed=st.integers(0, 2**32))
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_gets_what_nobody_who_acted_held(app: Flask, scene: Cast, seed: int) -> None:
    chance, done = random.Random(seed), Counter[str]()  # noqa: S311 - a repeatable choice
    people = [scene.admin, scene.editor, scene.viewer, scene.author, scene.publisher,
              scene.berlin_admin]  # fmt: skip
    before = everybodys_rights()
    while done.total() < STEPS or (len(done) < 3 and done.total() < MOST_STEPS):
        who = chance.choice(people)
        actor = actor_for(who.id)
        assert actor is not None
        name = _step(scene, actor, people, chance)
        after = everybodys_rights()
        for (_, account_id), (gained, _) in difference(before, after).items():
            own = before[who.id, account_id]
            assert gained <= own, f"{who.name} made somebody stronger than himself by {name}"
        done[name] += 1
        before = after
    assert len(done) > 2


def _step(scene: Cast, actor: Actor, people: list[Someone], chance: random.Random) -> str:
    account = chance.choice([scene.acme, scene.berlin, scene.hamburg])
    with acting_in(tenant_scope(scene.acme.tenant_id)):
        name, act = chance.choice(_acts(scene, actor, account, people, chance))
        try:
            act()
        except REFUSALS:
            db.session.rollback()
            return "refused"
        db.session.commit()
        return name


def _acts(
    scene: Cast, by: Actor, account: Any, people: list[Someone], chance: random.Random
) -> list[tuple[str, Callable[[], object]]]:
    roles = [r for r in roles_at(account, deleted=True) if not r.for_house]
    own = [r for r in db.session.query(Role) if r.account_id]
    groups = list(db.session.query(Group))
    role, group, who = chance.choice(roles), chance.choice(groups), person(chance.choice(people))
    mine = chance.choice(own)
    grants = [g for g in db.session.query(Grant) if g.ended_at is None]
    grant = chance.choice(grants)
    db.session.refresh(grant, ["person", "group", "role"])
    rows = grouping.members_of(group)
    wanted = defining.Definition(
        f"Role {chance.random()}", "", frozenset(chance.sample(RIGHTS, chance.randint(0, 3))),
        chance.choice([None, role.id]),
    )  # fmt: skip
    home = {a.id: a for a in (scene.acme, scene.berlin, scene.mitte, scene.hamburg)}
    acts: list[tuple[str, Callable[[], object]]] = [
        ("define", lambda: defining.define(account, wanted, by=by)),
        ("change", lambda: defining.change(mine, home[mine.account_id], wanted, by=by)),  # type: ignore[index]  # own
        ("delete a role", lambda: defining.delete(mine, home[mine.account_id], by=by)),  # type: ignore[index]  # own
        ("restore", lambda: restoring.restore_role(mine, home[mine.account_id], by=by)),  # type: ignore[index]  # own
        ("make", lambda: grouping.make(account, f"Group {chance.random()}", by=by)),
        ("add", lambda: grouping.add_member(group, who, home[group.account_id], by=by)),
        ("delete a group", lambda: grouping.delete(group, home[group.account_id], by=by)),
        ("bring back", lambda: restoring.restore_group(group, home[group.account_id], by=by)),
        ("give", lambda: give(who, role, account, by=by)),
        ("give a group", lambda: give(group, role, account, by=by)),
        ("end", lambda: end(grant, home[grant.account_id], by=by)),
    ]
    if rows:
        row = chance.choice(rows)
        db.session.refresh(row, ["person"])
        acts.append(
            ("remove",
             lambda: grouping.remove_member(row, group, home[group.account_id], by=by))
        )  # fmt: skip
    return acts
