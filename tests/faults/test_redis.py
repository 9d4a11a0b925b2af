"""The queue that is flushed, gone, slow, full or forgetful: rows decide, so nothing is lost."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.jobs.queue import QUEUE
from tests.faults.editor import Editor
from tests.faults.scenarios import FULL, scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")
DOWN_SECONDS = 60 if FULL else 5
QUICK_ENOUGH = 5.0


def works_again(stage: Stage) -> None:
    """What goes by the queue goes again: a mail leaves."""
    stage.post_mail(1, "The queue is back")
    stage.wait(lambda: bool(stage.mail.taken("The queue is back")), "the queue carries mail")


@scenario(10, "FLUSHALL: schedules are rows, nothing is lost", *BOTH, quick=True)
def test_flushed(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(50, due_in=3)
    stage.wake(made)
    with stage.redis.client() as client:
        client.flushall()
    stage.healed()
    stage.wait_done()
    works_again(stage)
    stage.check(made)


@scenario(11, "Redis gone and back empty: publishing goes on, then all heals", *BOTH, quick=True)
def test_gone_and_back_empty(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(30, due_in=2)
    stage.wake(made)
    stage.redis.kill()
    for path in (stage.folder / "redis").glob("appendonlydir*"):
        shutil.rmtree(path)
    (stage.folder / "redis" / "dump.rdb").unlink(missing_ok=True)
    stage.healed()
    stage.wait_done()
    assert stage.recorder.get(made[0].path).status == 200
    meanwhile = stage.plan(20, due_in=DOWN_SECONDS)
    stage.wait_done(DOWN_SECONDS + 60)
    stage.redis.start()
    works_again(stage)
    stage.check(made + meanwhile)


@scenario(12, "Redis gone and back with its jobs: old jobs do nothing twice", *BOTH)
def test_gone_and_back_with_its_jobs(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(30, due_in=2)
    stage.wake(made)
    stage.redis.stop()
    stage.wait_done()
    stage.redis.start()
    stage.healed()
    stage.wake(made)
    works_again(stage)
    stage.check(made)


@scenario(13, "Redis slow, half-open or cut: the web answers, the row is safe")
@pytest.mark.parametrize("mode", ["slow", "silent", "refuse", "truncate"])
def test_slow_and_half_open(stage: Stage, mode: str):
    stage.open("redis")
    stage.up()
    editor = Editor(stage, stage.cast.publisher)
    made = stage.plan(10, due_in=2)
    drafts = stage.plan(1, due_in=3600)
    stage.doors["redis"].set(mode, cut=mode == "refuse")  # type: ignore[arg-type]
    answer = editor.schedule("acme", drafts[0].page_id, datetime.now(UTC) + timedelta(hours=1))
    assert answer.status == 302, answer.text
    assert answer.seconds < QUICK_ENOUGH
    stage.healed()
    stage.wait(lambda: stage.waiting() == 2, "all but those two are done")
    stage.doors["redis"].set("open")
    works_again(stage)
    stage.check(made)


@scenario(13, "Redis takes no writes: the web answers, the row is safe")
def test_read_only(stage: Stage):
    stage.open()
    stage.up()
    with stage.redis.client() as client:
        client.replicaof("127.0.0.1", "1")
        made = refused_writes(stage)
        client.replicaof("NO", "ONE")
    works_again(stage)
    stage.check(made)


@scenario(14, "Redis is full: the web answers, the row is safe")
def test_full(stage: Stage):
    stage.open()
    stage.up()
    with stage.redis.client() as client:
        client.config_set("maxmemory", "1mb")
        made = refused_writes(stage)
        client.config_set("maxmemory", "0")
    works_again(stage)
    stage.check(made)


def refused_writes(stage: Stage) -> list:
    """Publish and schedule while the queue takes nothing."""
    made = stage.plan(10, due_in=2)
    draft = stage.plan(1, due_in=3600)[0]
    answer = Editor(stage, stage.cast.publisher).schedule(
        "acme", draft.page_id, datetime.now(UTC) + timedelta(hours=1)
    )
    assert answer.status == 302, answer.text
    stage.healed()
    stage.wait(lambda: stage.waiting() == 2, "all but those two are done")
    return made


@scenario(15, "Redis throws keys away: nothing is lost, and the doctor says so")
def test_forgetful(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(30, due_in=3)
    stage.wake(made)
    with stage.redis.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", "3mb")
        fill(client)
        doctor = stage.run("doctor")
        stage.healed()
        stage.wait_done()
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")
    works_again(stage)
    stage.check(made)
    assert "noeviction" in doctor


def fill(client: Redis) -> None:
    """Push everything else out."""
    for number in range(4000):
        client.set(f"filler-{number}", "x" * 4000)
    told: Any = client.info("stats")
    assert told["evicted_keys"] > 0


@scenario(23, "the same job ten times, and ten more of the same: published once", *BOTH)
def test_the_same_job_again_and_again(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(30, due_in=1.5)
    with stage.redis.client() as client:
        queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        for number in range(20):
            again = "the-same" if number < 10 else f"other-{number}"
            queue.enqueue_at(made[0].due_at, "portal.jobs.tasks.publish_due", job_id=again)
            queue.enqueue("portal.jobs.tasks.publish_due", job_id=again)
    stage.wait_done()
    stage.check(made)


@scenario(27, "the queue wakes up to a second early: never public before, still in time")
def test_woken_early(stage: Stage):
    stage.open()
    stage.up(schedulers=0)
    made = []
    for number in range(20):
        made += stage.plan(5, due_in=3 + number * 0.37)
    with stage.redis.client() as client:
        queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        for item in made:
            queue.enqueue_at(item.due_at, "portal.jobs.tasks.publish_due")
    stage.wake(made)
    stage.wait_done()
    stage.check(made)
