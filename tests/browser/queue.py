"""Jobs and mails in every state, for the screens that show them."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from portal.heartbeats import Heartbeat
from portal.jobs.queue import QUEUE, queue, wake, wake_at
from portal.outbox import post
from tenants.clock import now
from tenants.db import db
from tests.fixtures.cast import read_cast

TRACE = """Traceback (most recent call last):
  File "/srv/portal/portal/jobs/media.py", line 71, in make_renditions
    raise OSError(28, "No space left on device")
OSError: [Errno 28] No space left on device: '/srv/portal/var/media/3f/3f9a0c77d1/original.jpeg'
"""
GREYLISTED = "450 4.2.0 <somebody.with.a.long.name@a-very-long-domain.example>: Greylisted"


def furnish_queue(app: Flask) -> None:
    """Jobs that failed, wait and are due, a scheduler that beats, mails that wait or were lost."""
    with app.app_context():
        connection = queue().connection
        connection.flushall()
        for name in ("make_renditions", "make_renditions", "of_tomorrow"):
            job = Job.create(
                f"portal.jobs.tasks.{name}", origin=QUEUE, connection=connection,
                serializer=JSONSerializer, failure_ttl=9999,
            )  # fmt: skip
            job.set_status(JobStatus.FAILED)
            job.ended_at = now()
            with connection.pipeline() as pipe:
                job._handle_failure(TRACE, pipe)
                pipe.execute()
        wake("deliver_mail")
        wake_at(now() + timedelta(hours=1), "empty_trash", job_id="empty-trash")
        _mails()
        gone = now() - timedelta(hours=1)
        db.session.add(Heartbeat(name="scheduler web-1.example:4711", at=gone))
        db.session.commit()


def _mails() -> None:
    tenant_id = read_cast().acme.tenant_id
    for number in range(3):
        reader = f"somebody.with.a.long.name.{number}@a-very-long-domain.example"
        dead = post(reader, "Ada Lovelace invites you to Acme", "Text", tenant_id)
        dead.dead_at, dead.attempts, dead.last_error = (
            now(),
            9,
            "550 5.1.1 Nobody here by that name",
        )
    waits = post("bea@acme.example", "2 things that happened", "Text", tenant_id)
    waits.attempts, waits.last_error = 2, GREYLISTED
    waits.next_try_at = now() + timedelta(hours=1)
    post("eve@acme.example", "A new password for the portal", "").sent_at = now()
