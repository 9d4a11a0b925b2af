"""The database that is restarted, gone, silent or locked: nothing half done, and it heals."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.faults import failpoints as at
from tests.faults.clusters import Cluster
from tests.faults.editor import Editor
from tests.faults.scenarios import FULL, scenario
from tests.faults.stage import Stage
from tests.infra.processes import wait_until

DOWN_SECONDS = 60 if FULL else 8
LOCKED_SECONDS = 30 if FULL else 12


def until(moment: datetime) -> None:
    """Wait for an instant: the fault has to last."""
    wait_until(lambda: datetime.now(UTC) >= moment, "time goes on", 600)


@scenario(16, "the database restarts in mid-transaction: nothing half done, it heals", quick=True)
@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGKILL] if FULL else [signal.SIGQUIT])
def test_restarted_in_mid_transaction(stage: Stage, number: signal.Signals):
    stage.open()
    stage.up(workers=1)
    stage.arm(at.AFTER_FIRST_WRITE, "hold")
    made = stage.plan(20, due_in=1.5)
    stage.hit(at.AFTER_FIRST_WRITE)
    stage.database.stop(number)  # type: ignore[call-arg]
    stage.let_go(at.AFTER_FIRST_WRITE)
    assert stage.recorder.get(made[0].path).status in {500, 503}
    stage.database.start()
    stage.healed()
    stage.wait_done()
    stage.check(made)


@scenario(17, "the database is gone for a while: told so, and it heals")
def test_gone_for_a_while(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(30, due_in=4)
    stage.database.stop()
    down = datetime.now(UTC)
    statuses = {stage.recorder.get("/readyz").status}
    until(down + timedelta(seconds=DOWN_SECONDS))
    statuses.add(stage.recorder.get("/readyz").status)
    page = stage.recorder.get("/s/acme/")
    assert statuses <= {503}
    assert page.status == 503, page.text
    stage.database.start()
    stage.healed()
    stage.wait_done()
    assert stage.recorder.get("/readyz").status == 200
    stage.check(made)


@scenario(17, "the line to the database falls silent, then breaks: it heals")
def test_half_open_line(stage: Stage):
    stage.open("database")
    stage.up()
    stage.doors["database"].set("silent", cut=False)
    made = stage.plan(30, due_in=2)
    until(made[0].due_at + timedelta(seconds=5))
    stage.doors["database"].set("open")
    stage.healed()
    stage.wait_done()
    stage.check(made)


@scenario(17, "the line to the database breaks again and again: nothing twice, all is done")
def test_line_that_breaks(stage: Stage):
    stage.open("database")
    stage.up()
    made = stage.plan(300, due_in=1.5)
    began = datetime.now(UTC)
    while stage.waiting() and datetime.now(UTC) < began + timedelta(seconds=15):
        stage.doors["database"].cut()
        until(datetime.now(UTC) + timedelta(seconds=0.3))
    stage.healed()
    stage.wait_done()
    stage.check(made)


@scenario(18, "SQLite is locked: readers read, writers are told, nothing is lost",
          "sqlite", quick=True)  # fmt: skip
def test_locked(stage: Stage):
    stage.open()
    stage.up(workers=0)
    editor = Editor(stage, stage.cast.publisher)
    made = stage.plan(20, due_in=2)
    draft = stage.plan(1, due_in=3600)[0]
    holder = stage.database.connect()
    holder.execute("BEGIN IMMEDIATE")
    locked = datetime.now(UTC)
    answer = editor.schedule("acme", draft.page_id, locked + timedelta(hours=1))
    assert answer.status == 503, answer.text
    assert stage.recorder.get("/s/acme/").status == 200
    until(locked + timedelta(seconds=LOCKED_SECONDS))
    assert stage.waiting() == 21
    holder.execute("ROLLBACK")
    holder.close()
    stage.healed()
    stage.wait(lambda: stage.waiting() == 1, "all but that one are done")
    again = editor.schedule("acme", draft.page_id, datetime.now(UTC) + timedelta(hours=1))
    assert again.status == 302, again.text
    stage.check(made)


@scenario(21, "somebody else holds pages, or wants those being published: one waits, both are done")
def test_crossing_changes(stage: Stage):
    assert isinstance(stage.database, Cluster)
    stage.open()
    stage.up(workers=0)
    made = stage.plan(10, due_in=2.5)
    held = [item.page_id for item in made[:5]]
    with stage.database.connect() as other:
        other.autocommit = False
        other.execute("SELECT id FROM page WHERE id = ANY(%s) FOR UPDATE", (held,))
        stage.wait(lambda: stage.waiting() == 5, "those that nobody holds are done", 20)
        other.execute("UPDATE page SET position = 7 WHERE id = ANY(%s)", (held,))
        stage.arm(at.AFTER_FIRST_WRITE, "hold")
        other.commit()
        stage.hit(at.AFTER_FIRST_WRITE)
        other.execute("SET lock_timeout = '1s'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("UPDATE page SET position = 8 WHERE id = ANY(%s)", (held,))
        other.rollback()
        stage.let_go(at.AFTER_FIRST_WRITE)
        stage.healed()
        stage.wait_done()
        other.execute("UPDATE page SET position = 8 WHERE id = ANY(%s)", (held,))
        other.commit()
    assert len(stage.rows("SELECT id FROM page WHERE position = 8")) == 5
    stage.check(made)
