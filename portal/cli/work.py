"""`flask worker` and `flask scheduler`: the two processes beside the web."""

import signal
import threading
from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.cli.workers import Crew, Pace, work_for_ever
from portal.collecting import settle
from portal.jobs.periodic import run_for_ever

MOST_PROCESSES = 64


def _seconds(name: str, default: int, least: int, what: str) -> Callable[[Any], Any]:
    kind = click.IntRange(least, 3600)
    return click.option(name, type=kind, default=default, show_default=True, help=what)


@click.command("worker")
@click.option("--processes", type=click.IntRange(1, MOST_PROCESSES), default=1, show_default=True,
              help="How many workers; the dead are replaced.")  # fmt: skip
@_seconds("--maintenance-interval", 20, 1, "Seconds between looks for jobs of dead workers.")
@_seconds("--worker-ttl", 30, 20, "Seconds after which a worker unheard of counts as dead.")
@_seconds("--job-monitoring-interval", 5, 1, "Seconds between signs of life of a job at work.")
@with_appcontext
def worker(
    processes: int, maintenance_interval: int, worker_ttl: int, job_monitoring_interval: int
) -> None:
    """Carry out jobs: imports, mail, and what a queue wakes us for.

    Waits for Redis as long as it is out of reach, and comes back when it was lost.
    """
    pace = Pace(maintenance_interval, worker_ttl, job_monitoring_interval)
    if processes == 1:
        work_for_ever(pace)
    else:
        Crew(current_app.config["PORTAL"], processes, pace).start(logging_level="WARNING")


@click.command("scheduler")
@with_appcontext
def scheduler() -> None:
    """Carry out what is due on time, and wake the workers for the rest."""
    settle()
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    run_for_ever(current_app._get_current_object(), stop)  # type: ignore[attr-defined]  # a proxy


commands = [worker, scheduler]
