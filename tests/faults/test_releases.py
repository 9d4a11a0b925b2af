"""Releases that fall due while their process is killed: all of one or none of it, and once."""

from __future__ import annotations

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.jobs.queue import QUEUE
from tests.faults import failpoints as at
from tests.faults.bundles import Bundle, bundle, changed, check, wait_for
from tests.faults.scenarios import FULL, LONG, scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")
ROUNDS = 3 if FULL else 1


@scenario(2, "a release, kill -9 in mid-transaction: none of it, then all of it once",
          *(BOTH if LONG else BOTH[:1]), quick=True)  # fmt: skip
def test_killed_in_the_middle_of_a_release(stage: Stage):
    stage.open()
    stage.up(workers=0)
    point = at.RELEASE + at.AFTER_FIRST_WRITE
    stage.arm(point, "hold")
    one = bundle(stage)
    owner = next(name for name, each in stage.processes.items() if each.pid == stage.hit(point))
    assert changed(stage, one) == 0
    assert {stage.recorder.get(item.path).status for item in one.coming} == {404}
    stage.kill(owner)
    stage.healed()
    wait_for(stage, [one], "done")
    check(stage, [one])


@scenario(1, "a release, kill -9 before the first write, at the commit and after it: once", *BOTH)
@pytest.mark.parametrize("point", [at.BEFORE_FIRST_WRITE, at.BEFORE_COMMIT, at.AFTER_COMMIT])
def test_killed_around_a_release(stage: Stage, point: str):
    stage.open()
    stage.up(workers=0)
    stage.arm(at.RELEASE + point, "kill")
    one = bundle(stage, coming=20)
    stage.hit(at.RELEASE + point)
    stage.healed()
    wait_for(stage, [one], "done")
    check(stage, [one])


@scenario(22, "releases that schedulers and workers race for: each once, whole", *BOTH)
def test_releases_are_raced_for(stage: Stage):
    stage.open()
    stage.up(schedulers=3)
    made: list[Bundle] = []
    with stage.redis.client() as client:
        for _ in range(ROUNDS):
            some = [bundle(stage, coming=20, due_in=6) for _ in range(3)]
            wake(client, some[0])
            wait_for(stage, some, "done")
            made += some
    check(stage, made)


def wake(client: Redis, one: Bundle) -> None:
    """Have every worker wake in the same second as the schedulers."""
    queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
    for _ in range(6):
        queue.enqueue_at(one.due_at, "portal.jobs.tasks.carry_out_releases")
