"""No coalition ever holds what none of its members held, or was given by one outside who held it.

A state machine of a thousand steps over random trees: members of a coalition try all they can,
one after the other; now and then somebody outside gives something, or time passes.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import uuid
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tenants.clock import now
from tests.fixtures.app import app_over, sqlite_template
from tests.tenants.coalition_world import Rights, World

seeds = st.integers(0, 2**20)
STEPS = 120
RUNS, MOST = 3, 8


class Coalition(RuleBasedStateMachine):
    """What a coalition holds together never grows by what its members do."""

    counts: ClassVar[dict[str, int]] = {
        "steps": 0, "tried": 0, "done": 0, "gained from outside": 0,
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copyfile(sqlite_template(), folder / "portal.sqlite3")
        app = self.stack.enter_context(app_over(f"sqlite:///{folder / 'portal.sqlite3'}"))
        self.stack.enter_context(app.app_context())

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        self.steps = 0
        self.world = World(random.Random(seed))  # noqa: S311 - chosen to be seen again
        self.allowed = self.world.rights_of(self.world.coalition)

    @rule(seed=seeds)
    def step(self, seed: int) -> None:
        self.steps += 1
        self.counts["steps"] += 1
        dice = self.world.dice = random.Random(seed * 1009 + self.steps)  # noqa: S311
        kind = dice.random()
        if kind < 0.8:
            self._member()
        elif kind < 0.95:
            self._outsider()
        else:
            later = now() + timedelta(days=dice.randint(1, 20))
            self.stack.enter_context(time_machine.travel(later, tick=True))

    def _member(self) -> None:
        what = self._attempt(self.world.coalition)
        self._count(what)
        _never_more(self.world.rights_of(self.world.coalition), self.allowed, what)

    def _outsider(self) -> None:
        before = self.world.rights_of(self.world.people)
        what = self._attempt(self.world.people[len(self.world.coalition) :])
        _never_more(self.world.rights_of(self.world.people), before, what)
        held = self.world.rights_of(self.world.coalition)
        self.counts["gained from outside"] += sum(r not in self.allowed for r in held)
        self.allowed |= {r: max(end, self.allowed.get(r, end)) for r, end in held.items()}

    def _attempt(self, people: list[uuid.UUID]) -> str:
        what = self.world.attempt(self.world.dice.choice(people))
        if what == "invite":
            self.world.accept_pending()
        return what

    def _count(self, what: str) -> None:
        self.counts["tried"] += 1
        self.counts["done"] += bool(what)
        if what:
            self.counts[what] = self.counts.get(what, 0) + 1

    def teardown(self) -> None:
        self.stack.close()


def _never_more(held: Rights, allowed: Rights, what: str) -> None:
    for right, end in held.items():
        assert right in allowed, f"{what}: gained {right}"
        assert end <= allowed[right], f"{what}: gained time for {right}"


def test_no_coalition_grows_by_itself() -> None:
    Coalition.counts.update(dict.fromkeys(Coalition.counts, 0))
    Coalition.TestCase.settings = settings(
        max_examples=RUNS, stateful_step_count=STEPS,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    for _ in range(MOST):  # a run may end before its last step
        Coalition.TestCase().runTest()
        if Coalition.counts["steps"] >= 1000:
            break
    assert Coalition.counts["steps"] >= 1000, Coalition.counts
    assert Coalition.counts["done"] >= 100, "refused so often that nothing is proven"
