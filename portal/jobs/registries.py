"""What RQ's registries hold, a page at a time: jobs, how they went, and who works.

Nothing here changes anything in Redis, and nothing loads more than a page. Every function raises
RedisError when Redis cannot be asked.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq import Queue, Worker
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.registry import (
    DeferredJobRegistry,
    FailedJobRegistry,
    ScheduledJobRegistry,
    StartedJobRegistry,
)
from rq.results import Result, get_key
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from portal.jobs import tasks
from portal.jobs.queue import queue

KINDS = ("failed", "started", "queued", "scheduled", "deferred")
PAGE = 50
MOST_TIMES = 10
MOST_WORKERS = 200
LONGEST_TRACE = 20_000
LONGEST_CAUSE = 300
_REGISTRIES: dict[str, Any] = {
    "failed": FailedJobRegistry,
    "started": StartedJobRegistry,
    "scheduled": ScheduledJobRegistry,
    "deferred": DeferredJobRegistry,
}
_RAISED = re.compile(r"[A-Za-z_][\w.]*(: |$)")
_ASIDE = ("[SQL", "(Background on", "[values not shown]")
_history_of: Callable[[str], str] = get_key
_VALUES = re.compile(r"\[parameters: .*|^DETAIL: .*", re.MULTILINE)


@dataclass(frozen=True)
class JobSeen:
    """A job as it stands in Redis. `moment` is when it failed, began, is due or was put in, UTC.

    `ids` is None when what it was given cannot be read; `times` counts the failures remembered,
    MOST_TIMES at most.
    """

    id: str
    name: str
    ids: tuple[str, ...] | None = ()
    moment: datetime | None = None
    cause: str = ""
    trace: str = ""
    times: int = 0

    @property
    def known(self) -> bool:
        """Tell whether this version of the code has such a job."""
        return self.name in known_jobs()

    @property
    def label(self) -> str:
        """Return how the trail and the screens name it."""
        return f"the job {self.name.replace('_', ' ')} ({self.id})"


@dataclass(frozen=True)
class WorkerSeen:
    """A worker that signed in and did not sign off. `job_id` is what it works on."""

    name: str
    place: str
    state: str
    seen: datetime | None
    since: datetime | None
    job_id: str
    done: int
    failed: int


def known_jobs() -> frozenset[str]:
    """Return the names of the jobs this version of the code has."""
    return frozenset(name for name, each in vars(tasks).items() if hasattr(each, "__wrapped__"))


def counts() -> dict[str, int]:
    """Return how many jobs of each of KINDS there are."""
    line = queue()
    found = {
        kind: registry(queue=line).get_job_count(cleanup=False)
        for kind, registry in _REGISTRIES.items()
    }
    return {kind: found.get(kind, line.count) for kind in KINDS}


def page_of(kind: str, number: int) -> tuple[list[JobSeen], bool]:
    """Return page `number` (from 0) of a kind, and whether there is more. Newest failures first."""
    line = queue()
    ids = _ids(line, kind, number * PAGE)
    return _seen(line, kind, ids[:PAGE]), len(ids) > PAGE


def failed(ids: Sequence[str]) -> list[JobSeen]:
    """Return those of the jobs with these ids that failed and are still kept."""
    line = queue()
    registry = FailedJobRegistry(queue=line)
    with line.connection.pipeline(transaction=False) as pipe:
        for each in ids:
            pipe.zscore(registry.key, each)
        there = dict(zip(ids, pipe.execute(), strict=True))
    return _seen(line, "failed", [each for each in ids if there[each] is not None])


def workers() -> list[WorkerSeen]:
    """Return the workers that are signed in, at most MOST_WORKERS."""
    line = queue()
    keys = sorted(Worker.all_keys(queue=line))[:MOST_WORKERS]
    found = (
        Worker.find_by_key(key, connection=line.connection, serializer=JSONSerializer)
        for key in keys
    )
    return sorted((_worker(each) for each in found if each), key=lambda row: (row.place, row.name))


def throws_away(connection: Redis) -> str:
    """Return Redis's rule for a full memory if it would lose jobs, else nothing."""
    told: Any = connection.info("memory")
    policy = str(told.get("maxmemory_policy", "noeviction"))
    return policy if told.get("maxmemory") and policy != "noeviction" else ""


def _ids(line: Queue, kind: str, first: int) -> list[str]:
    if kind == "queued":
        return line.get_job_ids(first, PAGE + 1)
    registry = _REGISTRIES[kind](queue=line)
    newest = kind in ("failed", "started")
    found: list[str] = registry.get_job_ids(first, first + PAGE, desc=newest, cleanup=False)
    return found


def _seen(line: Queue, kind: str, ids: Sequence[str]) -> list[JobSeen]:
    if not ids:
        return []
    jobs = Job.fetch_many(ids, connection=line.connection, serializer=JSONSerializer)
    later = _REGISTRIES["scheduled"](queue=line).key
    with line.connection.pipeline(transaction=False) as pipe:
        for each in ids:
            pipe.xrevrange(_history_of(each), count=MOST_TIMES)
            pipe.zscore(later, each)
        told = pipe.execute()
    return [
        _job(kind, each, job, _failures(each, told[2 * n], line.connection), told[2 * n + 1])
        for n, (each, job) in enumerate(zip(ids, jobs, strict=True))
    ]


def _failures(job_id: str, rows: Any, connection: Redis) -> list[Result]:
    results = [
        Result.restore(job_id, key.decode(), payload, connection, serializer=JSONSerializer)
        for key, payload in rows
    ]
    return [each for each in results if each.exc_string]


def _job(
    kind: str, job_id: str, job: Job | None, failures: list[Result], due: float | None
) -> JobSeen:
    if job is None:
        return JobSeen(job_id, "unknown", None, cause="What it was is gone from Redis.")
    name, ids = _asked(job)
    last = failures[0] if failures else None
    text = withheld(last.exc_string or "")[-LONGEST_TRACE:] if last else ""
    moment = {
        "failed": job.ended_at or (last.created_at if last else None),
        "started": job.started_at,
        "scheduled": datetime.fromtimestamp(due, UTC) if due else None,
    }.get(kind, job.enqueued_at)
    return JobSeen(job_id, name, ids, _utc(moment), cause_in(text), text, len(failures))


def _asked(job: Job) -> tuple[str, tuple[str, ...] | None]:
    try:
        name, ids = job.func_name or "", tuple(str(each) for each in job.args)
    except DeserializationError:
        return "unreadable", None
    return str(name).removeprefix("portal.jobs.tasks."), ids


def cause_in(trace: str) -> str:
    """Return the line of a trace that says what was raised last."""
    lines = [line for line in trace.splitlines() if line.strip() and not line.startswith(_ASIDE)]
    raised = (line for line in reversed(lines) if _RAISED.match(line))
    return next(raised, lines[-1].strip() if lines else "")[:LONGEST_CAUSE]


def withheld(trace: str) -> str:
    """Return a trace without the values the database was given: they may be content."""
    return _VALUES.sub("[values not shown]", trace)


def _worker(row: BaseWorker) -> WorkerSeen:
    return WorkerSeen(
        name=row.name,
        place=f"{row.hostname}:{row.pid}" if row.hostname else row.name,
        state=str(row.get_state() or ""),
        seen=_utc(row.last_heartbeat),
        since=_utc(row.birth_date),
        job_id=row.get_current_job_id() or "",
        done=row.successful_job_count,
        failed=row.failed_job_count,
    )


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
