"""The worker and the scheduler as real processes, with a real Redis between them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.content.due_alone import request_id_of
from portal.content.import_runs import hand_in
from portal.content.imports import ImportRun
from portal.content.moments import moment_at
from portal.content.pages import revision_by_id
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule
from portal.heartbeats import is_silent
from portal.jobs.queue import wake, wake_at
from portal.outbox import OutboxMail, post
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.engines import reading
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import post_item
from tests.content.wordpress.exports import wxr
from tests.fixtures.app import app_over, both_databases
from tests.fixtures.cast import Cast, as_actor, read_cast
from tests.fixtures.pages import make_page
from tests.infra.processes import Processes, wait_until
from tests.infra.redis import RedisServer
from tests.jobs.missed_scene import marks, overdue


@pytest.fixture
def env(database_url: str, redis_server: RedisServer) -> dict[str, str]:
    """What the processes are told."""
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_server.url}


@pytest.fixture
def scene(database_url: str, redis_server: RedisServer) -> Iterator[tuple[Flask, Cast]]:
    """The app over the same database and queue."""
    with app_over(database_url, redis_url=redis_server.url) as app, app.app_context():
        yield app, read_cast()
        db.session.remove()


def beating() -> bool:
    """Whether the scheduler was heard of."""
    with reading():
        heard = not is_silent(db.session(), "scheduler")
        db.session.rollback()
        return heard


def ask_for(cast: Cast, due: datetime, title: str = "Menu") -> Schedule:
    """A schedule as the publisher makes it; committed."""
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, title)
        draft = revision_by_id(page.draft_revision_id, page)
        row = schedule(page, "publish", draft, moment_at(due, "UTC"), cast.acme, by=publisher)
        db.session.commit()
        return row


def done(cast: Cast, row: Schedule) -> Schedule | None:
    """The schedule once it is carried out."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(Schedule, row.id)
        return found if found and found.state == "done" else None


def carried_out(cast: Cast, row: Schedule) -> int:
    """How many events tell that it was."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        query = select(AuditEvent.id).where(
            AuditEvent.event == "page.published",
            AuditEvent.request_id == request_id_of(row.id),
        )
        return len(db.session.scalars(query).all())


def never_early(cast: Cast, row: Schedule) -> None:
    finished = done(cast, row)
    assert finished is not None
    assert finished.done_at is not None
    assert finished.done_at >= finished.due_at


@both_databases
def test_the_scheduler_alone_keeps_the_time(
    scene: tuple[Flask, Cast], forked: Processes, env: dict[str, str]
) -> None:
    _, cast = scene
    forked.flask("scheduler", env=env)
    wait_until(beating, "the scheduler's heartbeat")
    row = ask_for(cast, now() + timedelta(seconds=1.5))
    wait_until(lambda: done(cast, row) is not None, "it is carried out")
    never_early(cast, row)
    assert carried_out(cast, row) == 1


def test_a_worker_alone_is_woken_by_the_queue(
    scene: tuple[Flask, Cast], forked: Processes, env: dict[str, str]
) -> None:
    _, cast = scene
    worker = forked.flask("worker", env=env)
    row = ask_for(cast, now() + timedelta(seconds=2.5))
    assert wake_at(row.due_at, "publish_due", job_id=f"due-{row.id.hex}-0")
    wait_until(lambda: done(cast, row) is not None, f"it is carried out\n{worker.log}")
    never_early(cast, row)


def test_a_worker_waits_for_a_queue_that_is_not_there_yet(
    scene: tuple[Flask, Cast], forked: Processes, env: dict[str, str], redis_server: RedisServer
) -> None:
    _, cast = scene
    redis_server.stop()
    worker = forked.flask("worker", env=env)
    worker.wait_for_log("Redis is out of reach")
    assert worker.running
    redis_server.start()
    row = ask_for(cast, now() + timedelta(seconds=1))
    assert wake_at(row.due_at, "publish_due", job_id=f"due-{row.id.hex}-0")
    wait_until(lambda: done(cast, row) is not None, f"it is carried out\n{worker.log}")


def test_two_of_each_and_a_flushed_queue_carry_it_out_once(
    scene: tuple[Flask, Cast], forked: Processes, env: dict[str, str], redis_server: RedisServer
) -> None:
    _, cast = scene
    for name in ("scheduler", "worker"):
        for _copy in range(2):
            forked.flask(name, env=env)
    wait_until(beating, "the scheduler's heartbeat")
    rows = [ask_for(cast, now() + timedelta(seconds=2), f"Page {n}") for n in range(6)]
    for row in rows:
        wake_at(row.due_at, "publish_due", job_id=f"due-{row.id.hex}-0")
    with redis_server.client() as client:
        client.flushall()
    wait_until(lambda: all(done(cast, row) for row in rows), "all are carried out")
    for row in rows:
        never_early(cast, row)
    assert [carried_out(cast, row) for row in rows] == [1] * 6


def test_a_killed_scheduler_loses_nothing(
    scene: tuple[Flask, Cast], forked: Processes, env: dict[str, str]
) -> None:
    _, cast = scene
    first = forked.flask("scheduler", env=env)
    wait_until(beating, "the scheduler's heartbeat")
    row = ask_for(cast, now() + timedelta(seconds=1))
    first.kill()
    forked.flask("scheduler", env=env)
    wait_until(lambda: done(cast, row) is not None, "the second one carries it out")
    assert carried_out(cast, row) == 1


def test_an_import_and_a_mail_wait_for_a_lost_queue_to_come_back(
    scene: tuple[Flask, Cast], forked: Processes, env: dict[str, str], redis_server: RedisServer
) -> None:
    _, cast = scene
    admin = as_actor(cast.admin)
    redis_server.stop()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        run = hand_in(cast.acme, "x.xml", wxr(post_item(1, "First")), dry_run=False, by=admin)
        mail = post("reader@example.org", "Hello", "Text", cast.acme.tenant_id)
        db.session.commit()
        run_id, mail_id = run.id, mail.id
    assert not wake("run_import", str(run_id))
    forked.flask("scheduler", env=env)
    redis_server.start()
    forked.flask("worker", env=env)
    wait_until(lambda: _imported(cast, run_id), "the import is carried out")
    wait_until(lambda: _sent(mail_id), "the mail is sent")


def _imported(cast: Cast, run_id: uuid.UUID) -> bool:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(ImportRun, run_id)
        return found is not None and found.state == "done"


def _sent(mail_id: uuid.UUID) -> bool:
    with reading():
        found = db.session.get(OutboxMail, mail_id, populate_existing=True)
        sent = found is not None and found.sent_at is not None
        db.session.rollback()
        return sent


def test_with_every_worker_and_scheduler_dead_the_web_tells_of_a_miss(
    scene: tuple[Flask, Cast], forked: Processes, env: dict[str, str]
) -> None:
    _, cast = scene
    row = overdue(cast)
    forked.web(env | {"WATCH_SECONDS": "1"}, workers=2)
    letters = forked.folder / "var" / "mail"
    wait_until(lambda: len(list(letters.glob("*.eml"))) >= 2, "the mails have left")
    assert marks(cast) == ["Menu"]
    assert done(cast, row) is None, "it never publishes"
    forked.flask("scheduler", env=env)
    wait_until(lambda: done(cast, row) is not None, "it is carried out once the scheduler is back")
    assert carried_out(cast, row) == 1
    assert len(list(letters.glob("*.eml"))) == 2
