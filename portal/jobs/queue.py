"""The queue: RQ with JSON, ids only. A wake-up that is lost is found again by the scheduler."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError, InvalidJobOperation
from rq.serializers import JSONSerializer

from portal.config import Config
from portal.requests import after_commit
from tenants.clock import now

QUEUE = "portal"
JOB_SECONDS = 600
AGAIN_AFTER = timedelta(seconds=10)
FAILURE_SECONDS = 7 * 24 * 3600
SELDOM = frozenset({"empty_trash", "purge_trail", "sweep_media"})
"""Jobs woken so seldom that the queue tries them again; any other is found again in its rows."""
LONG = {"make_export": 4 * 3600}
"""Jobs that may take longer than JOB_SECONDS, and how many seconds."""
log = structlog.get_logger()


def init_app(app: Flask, config: Config) -> None:
    """Make the connection; it is opened on first use, so a missing Redis stops nobody here."""
    app.extensions["redis"] = connect(config, timeout=1)


def connect(config: Config, timeout: float | None) -> Redis:
    """Return a client. `timeout` is seconds for a request's patience, None for a worker's."""
    return Redis.from_url(
        config.redis_url, socket_connect_timeout=timeout or 5, socket_timeout=timeout,
        health_check_interval=30,
    )  # fmt: skip


def queue(connection: Redis | None = None) -> Queue:
    """Return the one queue."""
    return Queue(
        QUEUE,
        connection=connection or current_app.extensions["redis"],
        serializer=JSONSerializer,
        default_timeout=JOB_SECONDS,
    )


def wake(job: str, *ids: str, job_id: str | None = None) -> bool:
    """Have a worker run `portal.jobs.tasks.<job>` soon. False when Redis cannot be reached.

    It is not run beside itself: without a `job_id` its name and ids make one. One that failed
    AGAIN_AFTER ago is run again: RQ keeps it under its id, which would keep every later one away.
    """
    return _enqueue(lambda q: _run(q, job, *ids, job_id=job_id or id_of(job, *ids)))


def wake_at(moment: datetime, job: str, *ids: str, job_id: str) -> bool:
    """Have a worker run a job at an instant. RQ cuts to whole seconds, so it is rounded up."""
    late = moment + timedelta(seconds=1) if moment.microsecond else moment
    return _enqueue(lambda q: q.enqueue_at(late, _path(job), *ids, **_options(job, job_id)))


def wake_after_commit(job: str, *ids: str, job_id: str | None = None) -> None:
    """Wake a worker once this request's changes are there to be seen."""
    after_commit(lambda: wake(job, *ids, job_id=job_id))


def id_of(job: str, *ids: str) -> str:
    """Return the id of a job with these ids: the same again and again."""
    return "-".join([job, *ids]).replace("_", "-")


def _run(q: Queue, job: str, *ids: str, job_id: str) -> None:
    try:
        q.enqueue(_path(job), *ids, **_options(job, job_id))
    except DuplicateJobError:
        known = q.fetch_job(job_id)
        if known is None or not known.is_failed:
            return
        if known.ended_at is None or now() - known.ended_at.astimezone(UTC) > AGAIN_AFTER:
            with suppress(InvalidJobOperation):  # somebody else was quicker
                known.requeue()


def _path(job: str) -> str:
    return f"portal.jobs.tasks.{job}"


def _options(job: str, job_id: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "result_ttl": 0, "failure_ttl": FAILURE_SECONDS, "job_id": job_id, "unique": True,
    }  # fmt: skip
    if job in LONG:
        options["job_timeout"] = LONG[job]
    if job in SELDOM:
        options["retry"] = Retry(max=3, interval=[60, 300, 900])
    return options


def _enqueue(call: Any) -> bool:
    try:
        call(queue())
    except DuplicateJobError:
        return True
    except RedisError as error:
        log.warning("queue out of reach; the scheduler will find it", error=str(error))
        return False
    return True
