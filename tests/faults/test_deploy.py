"""Old programs beside new rows, and a backup that brings yesterday back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import update

from portal.installation import Installation
from portal.jobs.queue import QUEUE
from tests.faults import acts
from tests.faults.items import HELD
from tests.faults.scenarios import scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")


def kept(client: Redis) -> int:
    """How many failed jobs a person can look at."""
    queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
    return len(FailedJobRegistry(queue=queue).get_job_ids())


@scenario(39, "old programs meet a newer schema and jobs they do not know: kept, not lost", *BOTH)
def test_old_programs_and_new_rows(stage: Stage):
    stage.open()
    stage.up()
    with stage.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE schedule ADD COLUMN of_tomorrow VARCHAR(10)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_tomorrow'")
    with stage.redis.client() as client:
        queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        queue.enqueue("portal.jobs.tasks.of_tomorrow", "id", job_id="of-tomorrow")
        queue.enqueue("portal.jobs.tasks.publish_due", "an argument of tomorrow", job_id="more")
        stage.wait(lambda: kept(client) == 2, "both are kept where a person sees them")
    made = stage.plan(30, due_in=2)
    stage.wake(made)
    stage.wait_done()
    stage.post_mail(1, "Still at work")
    stage.wait(lambda: bool(stage.mail.taken("Still at work")), "the workers work")
    assert all(process.running for process in stage.processes.values())
    assert "newer than this code" in stage.run("doctor")
    stage.check(made)


@scenario(40, "a copy of seconds ago takes over: nothing is told again, what is due comes once",
          *BOTH)  # fmt: skip
def test_a_copy_of_seconds_ago_takes_over(stage: Stage):
    stage.open()
    stage.up()
    first = stage.plan(20, due_in=1.5)
    stage.post_mail(3, "Before the backup")
    stage.wait_done()
    stage.wait(lambda: len(stage.mail.taken("Before the backup")) == 3, "the mail left")
    stage.wait(lambda: not stage.rows("SELECT id FROM outbox_mail WHERE sent_at IS NULL"), "marked")
    second = stage.plan(20, due_in=15)
    backup(stage)
    stage.wait_done()
    restore(stage)
    stage.healed()
    stage.up()
    stage.wait_done()
    stage.check(first + second)
    assert len(stage.mail.taken("Before the backup")) == 3


@scenario(40, "a backup of an hour ago comes back: what fell due since waits for people, mail too",
          *BOTH)  # fmt: skip
@pytest.mark.parametrize("known", [True, False], ids=["the queue knows", "somebody says so"])
def test_a_backup_comes_back(stage: Stage, known: bool):
    stage.open()
    stage.up()
    made = stage.plan(10, due_in=14)
    stage.mail.mode = "postpone"
    stage.post_mail(3, "Of yesterday")
    stage.wait(lambda: stage.mail.tries >= 3, "the mails were tried, and wait")
    backup(stage)
    then = beats(stage)
    stage.wait_done()
    with stage.redis.client() as client:
        stage.wait(lambda: remembered(client) > then + 1, "the queue remembers", 20)
        restore(stage)
        an_hour_ago(stage)
        if not known:
            client.flushall()
            assert "held: 10 schedules" in stage.run("restored")
    stage.mail.mode = "take"
    stage.up()
    stage.wait(lambda: stage.waiting() == 0, "they are held")
    stage.wait(lambda: bool(stage.mail.taken("restored from a backup")), "the owner is told")
    assert {stage.recorder.get(item.path).status for item in made} == {404}
    held = [replace(item, ends=HELD) for item in made[3:]]
    stage.check(held, readers=False)  # who saw them before it was restored
    for item in made[:3]:
        acts.run_now(stage, item)
    stage.healed()
    later = stage.plan(5, due_in=1.5)
    stage.wait_done()
    stage.check(made[:3], readers=False)
    stage.check(later)
    assert not stage.mail.taken("Of yesterday")
    query = "SELECT subject FROM outbox_mail WHERE dead_at IS NOT NULL"
    assert [row[0] for row in stage.rows(query)] == ["Of yesterday"] * 3
    query = "SELECT id FROM audit_event WHERE event = 'backup.restored'"
    assert len(stage.rows(query)) == 1


def remembered(client: Redis) -> int:
    """How far the queue saw the database come."""
    told: list[Any] = [client.get(key) for key in client.scan_iter("portal:standing:*")]
    return max([json.loads(each)[0] for each in told], default=0)


def beats(stage: Stage) -> int:
    return int(stage.rows("SELECT beats FROM installation")[0][0])


def an_hour_ago(stage: Stage) -> None:
    """The backup's last sign of life was then."""
    with stage.engine.begin() as connection:
        ago = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(update(Installation.__table__).values(beat_at=ago))  # type: ignore[arg-type]


def backup(stage: Stage) -> None:
    """Everything stands still, as a file system's snapshot is taken."""
    programs = [name for name in stage.processes if name != "web"]
    for name in programs:
        stage.freeze(name)
    if stage.kind == "postgres":
        stage.database.freeze()  # type: ignore[union-attr]
    stage.database.copy(stage.folder / "backup")
    if stage.kind == "postgres":
        stage.database.thaw()  # type: ignore[union-attr]
    for name in programs:
        stage.thaw(name)


def restore(stage: Stage) -> None:
    stage.kill(*list(stage.processes))
    stage.forget_app()
    stage.database.stop()
    stage.database.lay(stage.folder / "backup")
    stage.database.start()
