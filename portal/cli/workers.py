"""Workers of the queue: one in this process, or several below it."""

import signal
import time
from dataclasses import asdict, dataclass
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

import structlog
from flask import current_app
from redis.exceptions import RedisError
from rq import Worker
from rq.serializers import JSONSerializer
from rq.worker_pool import ForkProcess, WorkerPool

from portal.cli import warden
from portal.config import Config
from portal.jobs.queue import connect, queue, wake

REDIS_PAUSE = 2
log = structlog.get_logger()


@dataclass(frozen=True)
class Pace:
    """How often a worker looks after things, in seconds.

    RQ's own are 600, 420 and 30: a job of a dead worker would be found after seven to seventeen
    minutes; with these it is found within two.
    """

    maintenance_interval: int = 20
    worker_ttl: int = 30
    job_monitoring_interval: int = 5


class Sweeper(Worker):
    """A worker that has a look at what is due now and then, should every scheduler be dead."""

    asked_to_stop = False
    """RQ itself forgets that an idle worker was."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the job at work, if there is one."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's

    def run_maintenance_tasks(self) -> None:
        """Do what RQ does at every `maintenance_interval`, then have what is due carried out."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's
        wake("publish_due", job_id="publish-due")


class Crew(WorkerPool):
    """RQ's pool, whose workers begin as ours do.

    RQ's own would open queues with its default serialiser, take no pace, and end when Redis is
    out of reach. Each worker is forked from here, and so stands in this application's context.
    """

    def __init__(self, config: Config, processes: int, pace: Pace) -> None:
        connection = connect(config, timeout=None)
        super().__init__(
            [queue(connection)], connection=connection, num_workers=processes,
            serializer=JSONSerializer,
        )  # fmt: skip
        self._pace = pace

    def get_worker_process(self, name: str, *_: Any, **__: Any) -> BaseProcess:
        """Return the process of one worker, not yet started."""
        return ForkProcess(target=_work_below, args=(self._pace,), name=f"worker {name}")


def work_for_ever(pace: Pace) -> None:
    """Work until asked to stop; wait for Redis as long as it is out of reach."""
    while not _work_until_lost(pace):
        time.sleep(REDIS_PAUSE)


def _work_below(pace: Pace) -> None:
    """Work as one of a crew: stop when it ends, and do not do at a signal what it does."""
    if follow := warden.die_with_parent():
        follow()
    _listen_to_nobody()
    work_for_ever(pace)


def _listen_to_nobody() -> None:
    """Have a signal end the process: between two lives of a worker there is nothing to finish."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _work_until_lost(pace: Pace) -> bool:
    """Work; tell whether that ended because somebody asked for it."""
    connection = connect(current_app.config["PORTAL"], timeout=None)
    try:
        connection.ping()
        at_work = Sweeper(
            [queue(connection)], connection=connection, serializer=JSONSerializer, **asdict(pace)
        )
        at_work.work(with_scheduler=True, logging_level="WARNING")
    except RedisError as error:
        log.warning("Redis is out of reach; jobs wait until it is back", error=str(error))
        return False
    finally:
        _listen_to_nobody()
    return at_work.asked_to_stop
