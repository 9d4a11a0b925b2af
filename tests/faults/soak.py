"""Random acts of people among random faults; the dice are thrown by one seed, so again the same."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import OperationalError

from portal.content.problems import Problem
from tenants.tree import CannotChange
from tests.faults import acts
from tests.faults.items import HELD, Item
from tests.faults.model import Modelled, Shut
from tests.faults.stage import Stage

GRACE = timedelta(seconds=60)


class Soak:
    """One run. Every decision is thrown before anything of the outcome is known."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.dice = stage, random.Random(seed)
        self.items: list[Modelled] = []
        self.reviewed: list[Modelled] = []
        self.shut: list[Shut] = []
        self.count = {"acts": 0, "faults": 0, "approvals": 0}
        self.numbers = iter(range(10, 10**6))

    def run(self, seconds: float) -> None:
        acts.have_berlin_review(self.stage)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.dice.random() < 0.15:
                self._fault()
            else:
                self._act()
            time.sleep(self.dice.uniform(0, 0.3))

    def _act(self) -> None:
        kinds = ("new", "new", "ask", "move", "cancel", "edit", "trash", "approve", "approve")
        kind = self.dice.choice(kinds)
        rare, chosen, size = self.dice.random(), self.dice.random(), self.dice.random()
        self.count["acts"] += 1
        with contextlib.suppress(OperationalError, Problem, CannotChange):
            if rare < 0.05:
                self._suspend(size)
            elif kind == "ask":
                self._ask(size)
            elif kind == "approve":
                if self.reviewed:
                    self._approve(_late(self.reviewed, chosen))
            elif kind == "new" or not self.items:
                self._new(size)
            else:
                getattr(self, f"_{kind}")(_late(self.items, chosen), size)

    def _new(self, size: float) -> None:
        made = self.stage.plan(1 + int(size * 8), due_in=0.5 + size * 12)
        self.items += map(Modelled.of, made)

    def _ask(self, size: float) -> None:
        """Schedule what somebody else still has to approve."""
        cast = self.stage.cast
        made = self.stage.plan(
            1 + int(size * 3), due_in=2 + size * 12, account=cast.berlin, author=cast.berlin_editor
        )
        self.reviewed += [replace(Modelled.of(item), needs_approval=True) for item in made]

    def _approve(self, each: Modelled) -> None:
        acts.hand_in(self.stage, each.item)
        since = datetime.now(UTC)
        acts.approve(self.stage, each.item)
        each.approved(since, datetime.now(UTC))
        self.count["approvals"] += 1

    def _move(self, each: Modelled, size: float) -> None:
        each.moved(acts.move(self.stage, each.item, 1 + size * 10))

    def _cancel(self, each: Modelled, _size: float) -> None:
        item = acts.cancel(self.stage, each.item)
        each.cancelled(item, datetime.now(UTC))

    def _edit(self, each: Modelled, size: float) -> None:
        words = f"edited words {next(self.numbers)}-{size:.6f}"
        acts.edit(self.stage, each.item, words)
        each.edited(words)

    def _trash(self, each: Modelled, _size: float) -> None:
        acts.put_in_trash(self.stage, each.item)
        done = self._state(each) == "done"
        each.trashed(each.item, datetime.now(UTC), done)
        if self.dice.random() < 0.5:
            acts.restore(self.stage, each.item)
            each.acts.append("restored")

    def _suspend(self, size: float) -> None:
        since = datetime.now(UTC)
        acts.suspend(self.stage)
        time.sleep(size * 2)
        while True:
            try:
                acts.reactivate(self.stage)
            except OperationalError:
                continue
            break
        self.shut.append(Shut(since, datetime.now(UTC)))

    def _state(self, each: Modelled) -> str:
        query = "SELECT id, state FROM schedule"
        found = {str(row[0]).replace("-", ""): row[1] for row in self.stage.rows(query)}
        return str(found[each.item.schedule_id.hex])

    def _fault(self) -> None:
        faults: list[Callable[[float], None]] = [
            self._kill, self._kill, self._freeze, self._flush, self._redis_down,
        ]  # fmt: skip
        faults.append(self._restart if self.stage.kind == "postgres" else self._lock)
        self.count["faults"] += 1
        self.dice.choice(faults)(self.dice.random())

    def _name(self, size: float) -> str:
        names = ("scheduler-1", "scheduler-2", "worker-1", "worker-2")
        return names[int(size * 4)]

    def _kill(self, size: float) -> None:
        name = self._name(size)
        self.stage.kill(name)
        self.stage.start(name)

    def _freeze(self, size: float) -> None:
        name = self._name(size)
        self.stage.freeze(name)
        time.sleep(size * 3)
        self.stage.thaw(name)

    def _flush(self, _size: float) -> None:
        with self.stage.redis.client() as client:
            client.flushall()

    def _redis_down(self, size: float) -> None:
        self.stage.redis.kill()
        time.sleep(size * 3)
        self.stage.redis.start()

    def _restart(self, size: float) -> None:
        import signal

        self.stage.database.stop(signal.SIGQUIT)  # type: ignore[call-arg]
        time.sleep(size * 2)
        self.stage.database.start()

    def _lock(self, size: float) -> None:
        holder = self.stage.database.connect()
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(size * 4)
        holder.execute("ROLLBACK")
        holder.close()

    def expected(self) -> list[Item]:
        """How each item should have ended."""
        found = []
        for each in (*self.items, *self.reviewed):
            item = each.item
            shut = any(one.touches(item.due_at, GRACE) for one in self.shut)
            late = each.needs_approval and not each.approved_in_time
            never = each.needs_approval and each.approved_at is None
            if each.closed is None and (never or ((shut or late) and self._state(each) == "held")):
                item = replace(item, ends=HELD)
            found.append(item)
        return found

    def wrong(self) -> list[str]:
        """Everything that readers saw against the model."""
        history = self.stage.recorder.history
        every = (*self.items, *self.reviewed)
        return [line for each in every for line in each.wrong(history[each.item.path])]


def _late(items: Sequence[Modelled], chosen: float) -> Modelled:
    """One of them, the later ones more often: what was done long ago bears few acts."""
    return items[-1 - int(chosen**2 * len(items))]
