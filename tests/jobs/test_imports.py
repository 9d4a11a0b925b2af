"""Imports that wait for a worker: taken up once, asked again, and never silent about a fault."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneLeft

from portal.content import import_runs, importing
from portal.content.imports import ImportRun
from portal.jobs import imports as jobs
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tenants.grants import grants_at
from tenants.people import Person
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import digest_of_content, events_about, looking, post_item
from tests.content.wordpress.exports import wxr
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.pages import TESTS

pytestmark = pytest.mark.usefixtures("inside")
GOOD = wxr(post_item(1, "First"))


def waiting(cast: Cast, data: bytes = GOOD, *, dry_run: bool = False) -> uuid.UUID:
    """An import of Acme's admin that nobody took up yet."""
    admin = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        run = import_runs.hand_in(cast.acme, "x.xml", data, dry_run=dry_run, by=admin)
        db.session.commit()
        return run.id


def found(cast: Cast, import_id: uuid.UUID) -> ImportRun:
    with looking(cast.acme):
        run = import_runs.import_by_id(import_id, cast.acme.id)
        assert run is not None
        assert run.data is None or run.data
        return run


@both_databases
def test_one_that_waits_is_carried_out_and_the_trail_tells(cast: Cast):
    import_id = waiting(cast)
    assert import_runs.find_waiting(10) == [import_id]
    assert jobs.run_waiting(import_id)
    run = found(cast, import_id)
    assert (run.state, run.counts["created"], run.data, run.error) == ("done", 1, None, "")
    assert run.finished_at is not None
    with looking(cast.acme):
        steps = ["import.asked", "import.started", "import.finished"]
        assert events_about(import_id) == steps
    assert import_runs.find_waiting(10) == []


@both_databases
def test_waking_it_twice_does_it_once(cast: Cast):
    import_id = waiting(cast)
    assert [jobs.run_waiting(import_id), jobs.run_waiting(import_id)] == [True, False]


def test_a_dry_run_keeps_the_file_for_the_real_one(cast: Cast):
    import_id = waiting(cast, dry_run=True)
    before = digest_of_content()
    jobs.run_waiting(import_id)
    run = found(cast, import_id)
    assert (run.state, run.data) == ("done", GOOD)
    assert digest_of_content() == before
    with looking(cast.acme):
        assert events_about(import_id)[-1] == "import.tried"


def _set(cast: Cast, import_id: uuid.UUID, minutes: int) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        run = import_runs.import_by_id(import_id, cast.acme.id)
        assert run is not None
        run.state, run.started_at = "working", now() - timedelta(minutes=minutes)
        record(Event.IMPORT_STARTED, run, by=TESTS, changes={}, dry_run=False)
        db.session.commit()


@both_databases
def test_one_whose_worker_died_is_taken_up_again_after_a_while(cast: Cast):
    import_id = waiting(cast)
    _set(cast, import_id, minutes=5)
    assert import_runs.find_waiting(10) == []
    assert not jobs.run_waiting(import_id)
    _set(cast, import_id, minutes=11)
    assert import_runs.find_waiting(10) == [import_id]
    assert jobs.run_waiting(import_id)
    assert found(cast, import_id).state == "done"


def _take_role_away(cast: Cast, person: Someone) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        held = grants_at((cast.acme.id,), now())
        for grant in (grant for grant in held if grant.person_id == person.id):
            grant.ended_at = now()
            record(Event.GRANT_ENDED, grant, by=TESTS, person=person.email, role="x", changes={})
        db.session.commit()


def test_the_right_is_asked_for_again_when_it_runs(cast: Cast):
    import_id = waiting(cast)
    _take_role_away(cast, cast.admin)
    jobs.run_waiting(import_id)
    run = found(cast, import_id)
    assert (run.state, run.counts, run.data) == ("failed", {}, None)
    assert "lacks the right “Import content from other systems”" in run.error


def test_somebody_who_cannot_sign_in_any_more_imports_nothing(cast: Cast):
    import_id = waiting(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        person = db.session.get_one(Person, cast.admin.id)
        person.deactivated_at = now()
        record(Event.PERSON_CHANGED, person, by=TESTS, account_id=cast.acme.id,
               tenant_id=cast.acme.tenant_id)  # fmt: skip
        db.session.commit()
    jobs.run_waiting(import_id)
    assert "cannot sign in any more" in found(cast, import_id).error


@both_databases
def test_a_file_that_cannot_be_read_fails_with_line_and_column(cast: Cast):
    import_id = waiting(cast, b"<rss>\n<channel></rss>")
    jobs.run_waiting(import_id)
    run = found(cast, import_id)
    assert (run.state, run.data) == ("failed", None)
    assert run.error.startswith("Line 2, column ")
    with looking(cast.acme):
        assert events_about(import_id)[-1] == "import.failed"


@both_databases
def test_an_unforeseen_fault_in_mid_write_leaves_nothing_behind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    before = digest_of_content()
    import_id = waiting(cast)
    monkeypatch.setattr(import_runs, "finish", lambda *a, **k: 1 / 0)
    jobs.run_waiting(import_id)
    assert found(cast, import_id).error.startswith("An unforeseen fault (ZeroDivisionError).")
    assert digest_of_content() == before


@pytest.mark.parametrize(
    "gone",
    [OperationalError("", {}, Exception("locked")), NoneLeft("no connection left"),
     InternalError("", {}, Exception("idle too long"), connection_invalidated=True)],
)  # fmt: skip
def test_a_database_out_of_reach_leaves_it_to_be_taken_up_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, gone: Exception
):
    import_id = waiting(cast)
    monkeypatch.setattr(jobs, "carry_out", _raising(gone))
    with pytest.raises(type(gone)):
        jobs.run_waiting(import_id)
    run = found(cast, import_id)
    assert (run.state, run.data) == ("working", GOOD)


def test_work_of_others_at_the_same_moment_is_planned_around(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    import_id, real = waiting(cast), importing.carry_out
    collide = iter([True, True, False])

    def sometimes(*args, **kwargs):
        if next(collide):
            raise IntegrityError("", {}, Exception("taken"))
        return real(*args, **kwargs)

    monkeypatch.setattr(jobs, "carry_out", sometimes)
    jobs.run_waiting(import_id)
    assert found(cast, import_id).state == "done"


def _raising(error: Exception):
    def call(*_args, **_kwargs):
        raise error

    return call


def test_an_id_that_is_none_is_nothing_to_do(cast: Cast):
    assert not jobs.run_waiting(uuid.uuid4())
