"""Many at once: schedulers and workers that race, and ten thousand due in one second."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.jobs.queue import QUEUE
from tests.faults.items import Wanted
from tests.faults.scenarios import FULL, scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")
ROUNDS = 25 if FULL else 1
EACH = 1000 if FULL else 300
CROWD = 9900
MEGABYTES = 250


def race(client: Redis, due: datetime) -> None:
    """Have every worker wake in the same second as the schedulers."""
    queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
    for _ in range(10):
        queue.enqueue_at(due, "portal.jobs.tasks.publish_due")


@scenario(22, "two workers and two schedulers race: each once, none twice", *BOTH, quick=True)
def test_racing(stage: Stage):
    stage.open()
    stage.up()
    made = []
    with stage.redis.client() as client:
        for _ in range(ROUNDS):
            crowd = stage.plan(EACH, due_in=1.5)
            race(client, crowd[0].due_at)
            stage.wait_done(120)
            made += crowd
    stage.check(made)


@scenario(24, "ten thousand due at once: all live, a small tenant is not behind the crowd", *BOTH)
def test_a_crowd(stage: Stage):
    stage.open()
    stage.up()
    cast = stage.cast
    due = datetime.now(UTC) + timedelta(seconds=25)
    few = stage.write(Wanted(cast.bolt, cast.bolt_admin, due, 100))
    crowd = stage.write(Wanted(cast.acme, cast.publisher, due, CROWD))
    assert datetime.now(UTC) < due, "the machine is too slow to write them in time"
    stage.wait_done(600)
    small = replace(stage.verdict)
    stage.check(few + crowd)
    stage.verdict, whole = small, stage.verdict
    assert stage.check(few).worst < 60
    stage.verdict = whole
    assert max(memory(stage, name) for name in ("scheduler-1", "scheduler-2")) < MEGABYTES


def memory(stage: Stage, name: str) -> float:
    """Megabytes that a process has had in hand at most."""
    status = Path(f"/proc/{stage.processes[name].pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@scenario(28, "everybody away for three days: in order, and what was over never flashes", *BOTH)
def test_away_for_three_days(stage: Stage):
    stage.open()
    cast = stage.cast
    ago = [datetime.now(UTC) - timedelta(hours=hours) for hours in (72, 48, 24, 1)]
    made = [item for due in ago
            for item in stage.write(Wanted(cast.acme, cast.publisher, due, 50))]  # fmt: skip
    over = stage.write(Wanted(cast.acme, cast.publisher, ago[0], 10, offline_at=ago[1]))
    stage.start_web()
    stage.recorder.watch([item.path for item in over])
    stage.healed()
    stage.up(web=False)
    stage.wait_done()
    assert all(stage.recorder.first(item.path, item.words) is None for item in over)
    stage.verdict.note = "worst: by how long they were away"
    stage.check(made)
    in_order(stage)
    live = ("SELECT count(*) FROM page WHERE live_revision_id IS NOT NULL "
            "AND substr(title, 1, 5) = 'Item '")  # fmt: skip
    assert stage.rows(live)[0][0] == len(made)


def in_order(stage: Stage) -> None:
    """What was due earlier came no later."""
    done = stage.rows(
        "SELECT due_at, min(done_at), max(done_at) FROM schedule WHERE state = 'done' "
        "AND what = 'publish' GROUP BY due_at ORDER BY due_at"
    )
    for earlier, later in pairwise(done):
        assert earlier[1] <= later[2]
