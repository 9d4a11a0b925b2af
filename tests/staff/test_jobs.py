"""The page about jobs, over real registries that a real worker filled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq import Queue, SimpleWorker
from rq.job import Job, JobStatus
from rq.registry import FailedJobRegistry
from rq.serializers import DefaultSerializer, JSONSerializer

from portal.jobs import registries, tasks
from portal.jobs.queue import QUEUE, queue, wake
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.infra.processes import Processes, wait_until
from tests.infra.redis import RedisServer
from tests.staff.test_acts import events

PAGE = "/console/jobs/"
FROM_THE_DATABASE = """a.b.IntegrityError: (x) UNIQUE
DETAIL:  Key (email)=(secret) exists.
[SQL: INSERT]
[parameters: ('secret',)]
(Background on this error at: https://sqlalche.me)
"""
WHY = "The new version is there."


@pytest.fixture
def queued(
    app: Flask, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The app with a real queue."""
    with redis_server.client() as connection:
        monkeypatch.setitem(app.extensions, "redis", connection)
        yield app


def fail(line: Queue, number: int) -> None:
    """Jobs in the registry of those that failed, as a worker leaves them."""
    for each in range(number):
        job = Job.create("portal.jobs.tasks.deliver_mail", id=f"job-{each:03}", origin=QUEUE,
                         connection=line.connection, serializer=JSONSerializer)  # fmt: skip
        job.set_status(JobStatus.FAILED)
        job.failure_ttl = 1000 + each
        with line.connection.pipeline() as pipe:
            job._handle_failure("OSError: no disk", pipe)
            pipe.execute()


def failures(app: Flask) -> set[str]:
    with app.app_context():
        return set(FailedJobRegistry(queue=queue()).get_job_ids())


def act(client: FlaskClient, key: str, *ids: str, reason: str = WHY) -> tuple[int, str]:
    answer = client.post(f"{PAGE}act/{key}/", data={"id": list(ids), "reason": reason})
    return answer.status_code, answer.text


def test_what_a_worker_could_not_do_is_seen_run_again_and_discarded(
    queued: Flask, client: FlaskClient, cast: Cast, redis_server: RedisServer,
    processes: Processes, database_url: str, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    with queued.app_context():
        line = queue()
        assert wake("make_renditions", "no-id")
        assert wake("make_renditions", "no-id"), "its id keeps a second one away"
        line.enqueue("portal.jobs.tasks.of_tomorrow", "id", job_id="of-tomorrow")
        Queue(QUEUE, connection=line.connection, serializer=DefaultSerializer).enqueue(
            "portal.jobs.tasks.deliver_mail", job_id="of-yesterday"
        )
        assert line.count == 3
    env = {"DATABASE_URL": database_url, "REDIS_URL": redis_server.url}
    crew = processes.flask("worker", "--processes", "2", env=env)
    bad = {"make-renditions-no-id", "of-tomorrow", "of-yesterday"}
    wait_until(lambda: failures(queued) == bad, f"all three fail, visibly\n{crew.log}")
    wait_until(lambda: _idle(queued) == 2, f"two workers wait\n{crew.log}")
    sign_in(client, cast.operator)
    text = client.get(PAGE).text
    assert "ValueError: badly formed hexadecimal UUID string" in text
    assert "Unknown to this version" in text
    assert "what it was given cannot be read" in text
    assert text.count('<details class="fold"><summary>Trace</summary>') == 3
    assert text.count(">Idle</span>") == 2, "two workers, both alive"
    assert act(client, "retry", "make-renditions-no-id")[0] == 302
    wait_until(lambda: _times(queued) == 2, f"it fails a second time\n{crew.log}")
    assert crew.stop() == 0
    assert act(client, "retry", "of-tomorrow")[0] == 302
    _deploy(queued, monkeypatch, redis_server)
    assert failures(queued) == bad - {"of-tomorrow"}
    assert "Discard: 2 of 3 done" in act(client, "discard", *bad)[1]
    assert failures(queued) == set()
    told = [(row.event, row.actor_label, row.reason) for row in events(queued, "job.retried")]
    assert told == [("job.retried", cast.operator.email, WHY)] * 2
    gone = events(queued, "job.discarded")
    assert {row.tenant_id for row in gone} == {cast.house.tenant_id}
    assert len(gone) == 2
    assert any("badly formed" in row.sentence for row in gone)


def _idle(app: Flask) -> int:
    with app.app_context():
        return [each.state for each in registries.workers()].count("idle")


def _times(app: Flask) -> int:
    with app.app_context():
        found = registries.failed(["make-renditions-no-id"])
        return found[0].times if found else 0


def _deploy(app: Flask, monkeypatch: pytest.MonkeyPatch, server: RedisServer) -> None:
    """A worker of the next version, which knows the job."""
    ran: list[str] = []
    monkeypatch.setattr(tasks, "of_tomorrow", ran.append, raising=False)
    with app.app_context(), server.client() as connection:
        SimpleWorker([queue(connection)], connection=connection, serializer=JSONSerializer).work(
            burst=True, logging_level="CRITICAL"
        )
    assert ran == ["id"]


def test_a_page_holds_fifty_of_however_many(queued: Flask, client: FlaskClient, cast: Cast):
    with queued.app_context():
        fail(queue(), 120)
    sign_in(client, cast.operator)
    pages = [client.get(f"{PAGE}?kind=failed&page={number}").text for number in range(3)]
    assert [page.count('name="id"') for page in pages] == [50, 50, 20]
    assert pages[0].index("job-119") < pages[0].index("job-118"), "the newest first"
    assert "OSError: no disk" in pages[2]
    for kind in registries.KINDS[1:]:
        assert client.get(f"{PAGE}?kind={kind}").status_code == 200
    for bad in ("kind=none", "page=-1", "page=200"):
        assert client.get(f"{PAGE}?{bad}").status_code == 404


def test_a_worker_that_lay_still_for_minutes_is_called_by_its_name(
    queued: Flask, client: FlaskClient, cast: Cast
):
    """Redis has forgotten by then where it runs."""
    with queued.app_context():
        line = queue()
        worker = SimpleWorker([line], name="long-asleep", connection=line.connection)
        worker.register_birth()
        line.connection.hdel(worker.key, "hostname", "pid")
    sign_in(client, cast.operator)
    assert "long-asleep" in client.get(PAGE).text


def test_nothing_happens_without_a_reason_or_a_right(
    queued: Flask, client: FlaskClient, cast: Cast
):
    with queued.app_context():
        fail(queue(), 2)
    sign_in(client, cast.operator)
    assert client.get(f"{PAGE}act/discard/?id=job-000").status_code == 200
    status, text = act(client, "discard", "job-000", "job-001", reason="")
    assert status == 422
    assert act(client, "discard", "job-000", reason=" ")[0] == 422
    assert text.count('type="hidden" name="id"') == 2, "what was chosen is kept"
    assert act(client, "discard")[0] == 422
    assert act(client, "explode", "job-000")[0] == 404
    assert act(client, "retry", "nobody")[0] == 422
    for who in (cast.support, cast.auditor):
        sign_in(client, who)
        assert client.get(PAGE).status_code == 403
        assert act(client, "discard", "job-000")[0] == 403
    assert failures(queued) == {"job-000", "job-001"}


def test_without_redis_a_sentence_stands_there(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.operator)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Redis is out of reach" in page.text
    status, text = act(client, "retry", "job-000")
    assert "Redis does not answer" in text
    assert status == 422


@pytest.mark.parametrize(
    ("trace", "cause"),
    [
        ("Traceback:\n  File x\nValueError: no\n", "ValueError: no"),
        (FROM_THE_DATABASE, "a.b.IntegrityError: (x) UNIQUE"),
        ("moved to failed, abandoned\n", "moved to failed, abandoned"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_cause_is_what_was_raised_last(trace: str, cause: str):
    shown = registries.withheld(trace)
    assert registries.cause_in(shown) == cause
    assert "secret" not in shown
