"""Clocks that are wrong, and hours that do not exist or come twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults import acts
from tests.faults.editor import Editor
from tests.faults.scenarios import scenario
from tests.faults.stage import Stage

HOUR, YEARS = 3600.0, 10 * 365 * 86400.0


def long_entitled(stage: Stage) -> None:
    """Have rights begin before every wrong clock: since when they count, each process asks its own.

    So a host that is an hour behind holds what somebody entitled for less than that has scheduled.
    """
    earlier = (
        "since - interval '2 days'" if stage.kind == "postgres" else "datetime(since, '-2 days')"
    )
    with stage.engine.begin() as connection:
        for table in ('"grant"', "role_permission", "role_parent"):
            connection.exec_driver_sql(f"UPDATE {table} SET since = {earlier}")


@scenario(25, "hosts whose clocks are off: the database's decides what is due")
@pytest.mark.parametrize("off", [HOUR, -HOUR, YEARS, 300.0])
def test_clocks_that_are_off(stage: Stage, off: float):
    stage.open()
    long_entitled(stage)
    stage.start("scheduler-1", **stage.clock("one", off))
    stage.start("worker-1", **stage.clock("one", off))
    stage.start_web()
    stage.wait(lambda: bool(stage.rows("SELECT 1 FROM heartbeat")), "a scheduler beats")
    made = stage.plan(20, due_in=6)
    far = stage.plan(1, due_in=HOUR / 2)
    stage.wake(made)
    stage.wait(lambda: stage.waiting() == 1, "those of now are done")
    stage.check(made)
    assert stage.recorder.get(far[0].path).status == 404


@scenario(25, "a clock that jumps back and forth: nothing twice", "postgres", "sqlite")
def test_a_clock_that_jumps(stage: Stage):
    stage.open()
    long_entitled(stage)
    clock = stage.clock("one")
    stage.start("scheduler-1", **clock)
    stage.start_web()
    stage.wait(lambda: bool(stage.rows("SELECT 1 FROM heartbeat")), "a scheduler beats")
    made = stage.plan(10, due_in=1)
    stage.wait_done()
    stage.clock("one", -HOUR)
    more = stage.plan(10, due_in=1)
    if stage.kind == "sqlite":  # the process's clock is the database's there
        stage.clock("one", 0)
    stage.wait_done()
    stage.check(made + more)


@scenario(25, "a clock that is off is told of by the doctor")
def test_the_doctor_looks_at_the_clock(stage: Stage):
    stage.open()
    told = stage.run("doctor", **stage.clock("one", 30))
    assert "off the database's" in told
    stage.verdict.note = "skew over 2 s"


@scenario(26, "an hour that does not exist is refused, one that comes twice is asked for")
def test_hours_of_summer_time(stage: Stage):
    stage.open()
    stage.up(workers=0)
    editor = Editor(stage, stage.cast.publisher)
    draft = stage.plan(1, due_in=1e6)[0]
    year = datetime.now(UTC).year + 1
    gap, twice = last_sunday(year, 3, 2), last_sunday(year, 10, 2)
    refused = editor.schedule("acme", draft.page_id, gap, zone="Europe/Berlin")
    asked = editor.schedule("acme", draft.page_id, twice, zone="Europe/Berlin")
    assert (refused.status, asked.status) == (422, 422)
    second = (twice - timedelta(hours=1)).replace(tzinfo=UTC)
    chosen = editor.schedule("acme", draft.page_id, twice, zone="Europe/Berlin",
                             chosen=second.isoformat())  # fmt: skip
    assert chosen.status == 302, chosen.text
    query = "SELECT due_at FROM schedule WHERE zone = 'Europe/Berlin'"
    assert str(stage.rows(query)[0][0]).startswith(second.strftime("%Y-%m-%d %H:%M"))


def last_sunday(year: int, month: int, hour: int) -> datetime:
    """Half past `hour` on the last Sunday of a month, as a clock on the wall shows it."""
    day = datetime(year, month, 31, hour, 30)  # noqa: DTZ001
    return day - timedelta(days=(day.weekday() + 1) % 7)


@scenario(26, "the account's zone changes after the asking: the instant stays", "sqlite")
def test_a_zone_that_changes(stage: Stage):
    stage.open()
    stage.up(workers=0)
    made = stage.plan(5, due_in=5)
    moved = [acts.move(stage, item, 4) for item in made]
    with stage.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE account SET zone = 'Asia/Kathmandu'")
    stage.wait_done()
    stage.check([replace(item) for item in moved])
