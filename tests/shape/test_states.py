"""The same doors, with people and accounts that are not what they were: everybody × every route."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from tenants.accounts import Account
from tenants.decisions import WHILE_HALTED
from tenants.grants import Grant
from tenants.people import Person
from tests.isolation.world import table_of
from tests.shape.routes import Route
from tests.shape.scene import Scene
from tests.shape.test_routes import DONE
from tests.tenants.test_decisions import WRITTEN

PAST = datetime(2026, 1, 1, tzinfo=UTC)
# What became of somebody of Acme, and how it is answered: as to a stranger, or as to nobody.
STATES: dict[str, tuple[str, str, type, dict[str, Any]]] = {
    "grant ended": ("editor", "stranger", Grant, {"ended_at": PAST}),
    "grant run out": ("publisher", "stranger", Grant, {"until": PAST}),
    "grant to come": ("author", "stranger", Grant, {"since": datetime(2999, 1, 1, tzinfo=UTC)}),
    "person deactivated": ("viewer", "nobody", Person, {"deactivated_at": PAST}),
}
HALTED = (
    ("bolt_admin", "bolt"), ("bolt_editor", "bolt"), ("owner", "bolt"), ("operator", "bolt"),
    ("support", "bolt"), ("auditor", "bolt"), ("admin", "acme-hamburg"),
    ("operator", "acme-hamburg"),
)  # fmt: skip


@pytest.fixture(scope="module")
def changed(scene: Scene) -> Scene:
    """The scene with everybody and everything in its state, past every lock."""
    with scene.world.engine.begin() as connection:
        for who, _, cls, values in STATES.values():
            table, person = table_of(cls), scene.cast.people[who]
            key = table.c.person_id if cls is Grant else table.c.id
            connection.execute(update(table).where(key == person.id).values(**values))
        accounts = table_of(Account)
        halted = update(accounts).where(accounts.c.handle == "bolt")
        connection.execute(halted.values(state="suspended", halted=True))
        closing = update(accounts).where(accounts.c.handle == "acme-hamburg")
        connection.execute(closing.values(state="closing", halted=True))
    return scene


def answers(scene: Scene, turn: int, who: str, handle: str, wanted: Any) -> list[str]:
    """The routes below an account that answer otherwise than wanted."""
    wrong, tried = [], 0
    for route in scene.share("/a/", turn, 4):
        expected = wanted(route)
        if route.method != "GET" and expected == DONE:
            continue  # what it does is told where the view is tested
        path = route.path(handle, route.ids_of(scene.world, handle))
        status, _ = scene.ask(who, route, path)
        tried += 1
        if status not in expected:
            wrong.append(f"{route.name}: {status}, not {sorted(expected)}")
    assert tried
    return wrong


@pytest.mark.parametrize("state", STATES)
def test_whoever_lost_it_is_out_of_every_door(changed: Scene, state: str):
    who, as_whom, _, _ = STATES[state]

    def wanted(route: Route) -> set[int]:
        if as_whom == "stranger":
            return {404}
        return {302} if route.method == "GET" else {401}

    wrong = answers(changed, list(STATES).index(state), who, "acme", wanted)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("who", "handle"), HALTED)
def test_a_suspended_or_closing_account_answers_only_why(changed: Scene, who: str, handle: str):
    role = changed.cast.people[who].role
    held = {name for name, row in WRITTEN.items() if row[role] == "x"} & set(map(str, WHILE_HALTED))

    def wanted(route: Route) -> set[int]:
        childless = {404} if "account_id" in route.ids else set()  # nothing stands below these two
        return DONE | childless if held & set(map(str, route.guard[1])) else {403}

    wrong = answers(changed, HALTED.index((who, handle)), who, handle, wanted)
    assert not wrong, "\n".join(wrong)
