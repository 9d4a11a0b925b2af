"""Every worker and scheduler is dead, the web alone lives: it notices, marks, tells, and waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from portal.heartbeats import Heartbeat
from tests.faults.bundles import bundle, check, wait_for
from tests.faults.items import HELD, Item, Wanted
from tests.faults.scenarios import LONG, scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")
NOTICED_WITHIN = 120


def one_of_each_policy(stage: Stage, due: datetime) -> list[Item]:
    """What comes late is published, skipped or put to somebody; here it comes late for all."""
    cast = stage.cast
    wanted = Wanted(cast.acme, cast.publisher, due, 4, late_minutes=1)
    skipped = stage.write(replace(wanted, late_policy="skip"))
    asked = stage.write(replace(wanted, late_policy="ask"))
    return [
        *stage.write(wanted),
        *(replace(item, ends="skipped") for item in skipped),
        *(replace(item, ends=HELD) for item in asked),
    ]


def marked(stage: Stage) -> int:
    """How many are marked as missed."""
    query = "SELECT id FROM {} WHERE state = 'pending' AND missed_at IS NOT NULL"
    return sum(len(stage.rows(query.format(table))) for table in ("schedule", "release"))


def told(stage: Stage) -> list[str]:
    """Who got the mail of the watch."""
    found = stage.mail.taken("overdue") + stage.mail.taken("does not carry out")
    return sorted(mail.recipient for mail in found)


def all_dead(stage: Stage, **settings: str) -> None:
    stage.open(**settings)
    stage.up()
    stage.kill(*(name for name in list(stage.processes) if name != "web"))
    stage.recorder.get("/s/acme/")  # the watch of a web process begins with its first request


def recovers(stage: Stage, made: list[Item]) -> None:
    """Somebody starts them again: each once, as its editor wished."""
    cast = stage.cast
    assert {stage.recorder.get(item.path).status for item in made} == {404}
    assert told(stage) == [cast.admin.email, cast.owner.email]
    stage.healed()
    stage.up(web=False)
    stage.wait_done()
    stage.check(made)
    assert len(told(stage)) == 2, "nobody is told of it again"


@scenario(9, "all dead for ten minutes: the web notices, marks, mails; then each as its editor "
             "wished", *(BOTH if LONG else BOTH[1:]), quick=True)  # fmt: skip
def test_the_web_notices(stage: Stage):
    all_dead(stage, WATCH_SECONDS="1")
    release = bundle(stage, due_in=0.5)
    with stage.engine.begin() as connection:
        ago = datetime.now(UTC) - timedelta(minutes=10)
        connection.execute(update(Heartbeat.__table__).values(at=ago))  # type: ignore[arg-type]
        connection.exec_driver_sql(
            "UPDATE release SET due_at = "
            + ("due_at - interval '3 minutes'" if stage.kind == "postgres"
               else "strftime('%Y-%m-%d %H:%M:%f000', due_at, '-3 minutes')")
        )  # fmt: skip
    made = one_of_each_policy(stage, datetime.now(UTC) - timedelta(minutes=3))
    stage.wait(lambda: marked(stage) == len(made) + 1, "all are marked as missed", 20)
    stage.wait(lambda: len(told(stage)) == 2, "they are told", 20)
    recovers(stage, made)
    wait_for(stage, [release], "done")
    check(stage, [replace(release, due_at=release.due_at - timedelta(minutes=3))])


@scenario(9, "all dead, by the clock: noticed and mailed within two minutes of the due moment",
          *BOTH)  # fmt: skip
def test_the_web_notices_in_time(stage: Stage):
    all_dead(stage, WATCH_SECONDS="20")
    made = one_of_each_policy(stage, datetime.now(UTC) + timedelta(seconds=2))
    stage.wait(lambda: marked(stage) == len(made) and len(told(stage)) == 2,
               "all are marked and told of", NOTICED_WITHIN + 10)  # fmt: skip
    seconds = (datetime.now(UTC) - made[0].due_at).total_seconds()
    assert seconds < NOTICED_WITHIN
    stage.verdict.note = f"told after {seconds:.0f} s"
    recovers(stage, made)
