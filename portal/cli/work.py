"""`flask worker` and `flask scheduler`: the two processes beside the web."""

import signal
import threading
import time

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from redis.exceptions import RedisError
from rq import Worker
from rq.serializers import JSONSerializer

from portal.jobs.periodic import run_for_ever
from portal.jobs.queue import connect, queue, wake

REDIS_PAUSE = 2
log = structlog.get_logger()


class Sweeper(Worker):
    """A worker that has a look at what is due now and then, should every scheduler be dead."""

    def run_maintenance_tasks(self) -> None:
        """Do what RQ does at every `maintenance_interval`, then have what is due carried out."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's
        wake("publish_due", job_id="publish-due")


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Carry out jobs: imports, mail, and what a queue wakes us for.

    Waits for Redis as long as it is out of reach, and comes back when it was lost.
    """
    while not _work_until_lost():
        time.sleep(REDIS_PAUSE)


def _work_until_lost() -> bool:
    """Work; tell whether that ended because somebody asked for it."""
    connection = connect(current_app.config["PORTAL"], timeout=None)
    try:
        connection.ping()
        at_work = Sweeper(
            [queue(connection)], connection=connection, serializer=JSONSerializer,
            worker_ttl=30, maintenance_interval=20, job_monitoring_interval=5,
        )  # fmt: skip
        at_work.work(with_scheduler=True, logging_level="WARNING")
    except RedisError as error:
        log.warning("Redis is out of reach; jobs wait until it is back", error=str(error))
        return False
    return bool(at_work._stop_requested)  # RQ tells it nowhere else


@click.command("scheduler")
@with_appcontext
def scheduler() -> None:
    """Carry out what is due on time, and wake the workers for the rest."""
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    run_for_ever(current_app._get_current_object(), stop)  # type: ignore[attr-defined]  # a proxy


commands = [worker, scheduler]
