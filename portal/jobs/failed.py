"""What a person does about jobs that failed: have them run again, or let them go."""

from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.registry import FailedJobRegistry

from portal.jobs.queue import queue
from portal.jobs.registries import JobSeen, failed
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.event_types import EventType
from tenants.events import Event
from tenants.permissions import Permission


class JobGone(Exception):
    """The job is not among those that failed; the message says so."""


def retry(job_id: str, house: AccountRef, *, by: Actor, reason: str) -> None:
    """Put a job that failed into the queue again, as it was. Commits.

    Raises Denied, JobGone, or RedisError; then nothing is recorded.
    """
    _note(Event.JOB_RETRIED, _asked_for(job_id, house, by), house, by=by, reason=reason)
    try:
        FailedJobRegistry(queue=queue()).requeue(job_id)
    except (NoSuchJobError, InvalidJobOperation) as problem:
        raise JobGone("Somebody else was quicker, or it is gone from Redis.") from problem
    db.session.commit()


def discard(job_id: str, house: AccountRef, *, by: Actor, reason: str) -> None:
    """Delete a job that failed, with what is known of it. Commits. Raises as `retry` does.

    The rows it was to look at stay as they are: what is still to be done there wakes a new job.
    """
    _note(Event.JOB_DISCARDED, _asked_for(job_id, house, by), house, by=by, reason=reason)
    FailedJobRegistry(queue=queue()).remove(job_id, delete_job=True)
    db.session.commit()


def _asked_for(job_id: str, house: AccountRef, by: Actor) -> JobSeen:
    authorize(by, Permission.ACCOUNT_EDIT, house)
    found = failed([job_id])
    if not found:
        raise JobGone("It is not among the jobs that failed any more.")
    return found[0]


def _note(event: EventType, job: JobSeen, house: AccountRef, *, by: Actor, reason: str) -> None:
    record(
        event, _Named(job.label), by=by, reason=reason, changes={}, account_id=house.id,
        tenant_id=house.tenant_id, cause=job.cause,
    )  # fmt: skip
    db.session.flush()


class _Named:
    """A job as the trail's target: it has a name and no row."""

    id = None

    def __init__(self, label: str) -> None:
        self.label = label
