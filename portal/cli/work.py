"""`flask worker` and `flask scheduler`: the two processes beside the web."""

import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext
from rq import Worker
from rq.serializers import JSONSerializer

from portal.jobs.periodic import run_for_ever
from portal.jobs.queue import connect, queue


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Carry out jobs: imports, mail, and what a queue wakes us for."""
    connection = connect(current_app.config["PORTAL"], timeout=None)
    Worker(
        [queue(connection)], connection=connection, serializer=JSONSerializer,
        worker_ttl=30, maintenance_interval=20, job_monitoring_interval=5,
    ).work(with_scheduler=True, logging_level="WARNING")  # fmt: skip


@click.command("scheduler")
@with_appcontext
def scheduler() -> None:
    """Carry out what is due on time, and wake the workers for the rest."""
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    run_for_ever(stop)


commands = [worker, scheduler]
