"""The queue's ids: one at a time, and no failure keeps a job away for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from rq import Queue, SimpleWorker
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import text

from portal.jobs import queue as queues
from portal.jobs import stalled
from portal.jobs.queue import queue, wake
from tenants.db import db
from tests.fixtures.app import app_over, on_postgres
from tests.infra.redis import RedisServer


@pytest.fixture
def scene(database_url: str, redis_server: RedisServer) -> Iterator[Flask]:
    with app_over(database_url, redis_url=redis_server.url) as app, app.app_context():
        yield app
        db.session.remove()


def fail_once(jobs: Queue) -> None:
    """Run what waits; a job of this name is nowhere, so it fails."""
    SimpleWorker([jobs], connection=jobs.connection, serializer=JSONSerializer).work(burst=True)


def test_a_job_that_failed_is_run_again_under_its_id(
    scene: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = queue()
    assert wake("nowhere", job_id="only-one")
    assert wake("nowhere", job_id="only-one")
    assert jobs.count == 1
    fail_once(jobs)
    assert FailedJobRegistry(queue=jobs).get_job_ids() == ["only-one"]
    wake("nowhere", job_id="only-one")
    assert jobs.count == 0, "not at once: what fails at once would fail all the time"
    monkeypatch.setattr(queues, "AGAIN_AFTER", timedelta(0))
    assert wake("nowhere", job_id="only-one")
    assert jobs.count == 1
    assert FailedJobRegistry(queue=jobs).get_job_ids() == []


@on_postgres
def test_a_transaction_that_stands_still_is_ended(scene: Flask) -> None:
    with db.engine.connect() as still:
        still.execute(text("SELECT 1"))
        assert stalled.end_stalled(timedelta(hours=1)) == 0
        assert stalled.end_stalled(timedelta(0)) >= 1
        still.invalidate()


def test_sqlite_has_none(scene: Flask) -> None:
    assert stalled.end_stalled(timedelta(0)) == 0
