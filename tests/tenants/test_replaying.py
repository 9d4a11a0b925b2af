"""Any proof that is shown gives the same answer again, when only what it shows is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from portal.proofs import steps_of
from tenants.decisions import Actor, Decision, can, permissions_at
from tenants.permissions import Permission
from tenants.questions import explain
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.shape.routes import routes


def guarded(app: Flask) -> list[Permission]:
    """Every permission that some route asks for, and then those that none does yet."""
    asked = {
        Permission(name)
        for route in routes(app, "/")
        for name in map(str, route.guard[1])
        if name in set(map(str, Permission))
    }
    assert len(asked) > 20
    return [*sorted(asked), *sorted(set(Permission) - asked)]


def replay(shown: Decision) -> Decision:
    """Ask again as somebody who holds nothing but what the proof shows."""
    held = shown.holding
    kept = () if held is None else (
        replace(held, permissions={str(shown.permission): shown.through}),
    )  # fmt: skip
    return can(replace(shown.actor, holdings=kept), shown.permission, shown.account)


@both_databases
@pytest.mark.usefixtures("inside")
def test_every_shown_proof_replays(app: Flask, cast: Cast) -> None:
    wanted = guarded(app)
    answers = {True: 0, False: 0}
    for person in cast.people.values():
        actor = as_actor(person)
        for account in cast.accounts.values():
            for permission in wanted:
                shown = can(actor, permission, account)
                again = replay(shown)
                assert (again.allowed, again.holding is None) == (
                    shown.allowed, shown.holding is None
                ), (person.email, permission, account.handle)  # fmt: skip
                steps = steps_of(shown)
                assert steps[-1]["label"] == account.name
                assert any(step["missing"] for step in steps) is not shown.allowed
                answers[shown.allowed] += 1
    assert min(answers.values()) > 500, answers


@both_databases
@pytest.mark.usefixtures("inside")
def test_what_a_refusal_says_is_missing_is_all_that_is_missing(cast: Cast) -> None:
    admin = as_actor(cast.admin)
    whole = next(h for h in admin.holdings if h.account_handle == "acme")
    for person in (cast.viewer, cast.author, cast.editor, cast.publisher):
        actor = as_actor(person)
        for permission in sorted(permissions_at(admin, cast.berlin)):
            shown = can(actor, permission, cast.berlin)
            if shown.allowed:
                continue
            supplied = replace(whole, permissions={str(permission): ()})
            able = replace(actor, holdings=(*actor.holdings, supplied))
            assert can(able, permission, cast.berlin).allowed
            assert not can(Actor(None, "Nobody"), permission, cast.berlin).allowed


@both_databases
@pytest.mark.usefixtures("inside")
def test_the_page_and_the_command_show_the_decision_that_lets_in(cast: Cast) -> None:
    for number, person in enumerate(cast.people.values()):
        actor = as_actor(person)
        for account in cast.accounts.values():
            for permission in list(Permission)[number % 7 :: 7]:
                answer = explain(person.id, permission, account)
                assert answer is not None
                lets_in = can(actor, permission, account)
                assert answer.decision.allowed == lets_in.allowed
                assert answer.decision.through == lets_in.through
                assert steps_of(answer.decision) == steps_of(lets_in)
