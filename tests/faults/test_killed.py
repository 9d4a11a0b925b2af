"""Processes that are killed, stopped or told to end while they publish."""

from __future__ import annotations

import os
import signal

from tests.faults import failpoints as at
from tests.faults.scenarios import FULL, scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")


def killed_at(stage: Stage, point: str) -> None:
    """Kill whoever comes by first; the others carry it out, once."""
    stage.open()
    stage.up(workers=0)
    stage.arm(point, "kill")
    made = stage.plan(50 if FULL else 10, due_in=1.5)
    stage.hit(point)
    stage.healed()
    stage.wait_done()
    stage.check(made)


@scenario(1, "kill -9 before the first write: somebody else publishes", *BOTH, quick=True)
def test_killed_before_the_first_write(stage: Stage):
    killed_at(stage, at.BEFORE_FIRST_WRITE)


@scenario(2, "kill -9 in mid-transaction: undone, then published once", *BOTH, quick=True)
def test_killed_in_mid_transaction(stage: Stage):
    killed_at(stage, at.AFTER_FIRST_WRITE)


@scenario(2, "kill -9 at the end of the transaction: undone, then published once", *BOTH)
def test_killed_before_the_commit(stage: Stage):
    killed_at(stage, at.BEFORE_COMMIT)


@scenario(3, "kill -9 after the commit, before the queue is told: nothing twice", quick=True)
def test_a_worker_killed_before_it_tells_the_queue(stage: Stage):
    stage.open()
    stage.up(workers=2, schedulers=0)
    stage.arm(at.AFTER_COMMIT, "stop")
    made = stage.plan(10, due_in=3)
    stage.wake(made)
    horse = stage.hit(at.AFTER_COMMIT)
    owner = next(name for name, each in stage.processes.items() if horse in each.family())
    stage.kill(owner)
    stage.start("worker-3")
    stage.wake(made)
    stage.healed()
    stage.wait_done()
    stage.check(made)


def mail_is_killed_at(stage: Stage, point: str) -> None:
    stage.open()
    clock = stage.clock("all")
    stage.start("scheduler-1", **clock)
    stage.start("worker-1", **clock)
    stage.arm(point, "kill")
    stage.post_mail(5, "Hello")
    stage.hit(point)
    stage.clock("all", 301)  # what the killed one had in hand is lent for five minutes
    stage.healed()
    stage.wait(lambda: len({mail.message_id for mail in stage.mail.taken()}) == 5, "5 mails")
    stage.wait(lambda: not unsent(stage), "all are marked as sent")


def unsent(stage: Stage) -> list[object]:
    return list(stage.rows("SELECT id FROM outbox_mail WHERE sent_at IS NULL"))


@scenario(4, "kill -9 after the commit, before its mail: the mail leaves later, once", *BOTH)
def test_killed_before_the_mail(stage: Stage):
    mail_is_killed_at(stage, at.BEFORE_MAIL)
    assert len(stage.mail.taken()) == 5


@scenario(5, "kill -9 after the mail, before it is marked: again, with the same id", *BOTH)
def test_killed_after_the_mail(stage: Stage):
    mail_is_killed_at(stage, at.AFTER_MAIL)
    assert len(stage.mail.taken()) == 6


@scenario(6, "SIGTERM in the middle (a deploy): ends in time, the next one goes on", *BOTH)
def test_told_to_end_in_the_middle(stage: Stage):
    stage.open()
    stage.up(workers=0, schedulers=1)
    stage.arm(at.AFTER_FIRST_WRITE, "hold")
    made = stage.plan(600, due_in=1.5)
    stage.hit(at.AFTER_FIRST_WRITE)
    leaving = stage.processes.pop("scheduler-1")
    leaving.signal(signal.SIGTERM)
    stage.let_go(at.AFTER_FIRST_WRITE)
    stage.wait(lambda: not leaving.running, f"it ends\n{leaving.log}", 15)
    assert "Traceback" not in leaving.log
    stage.start("scheduler-2")
    stage.healed()
    stage.wait_done()
    stage.check(made)


@scenario(7, "SIGSTOP in mid-transaction: others do it meanwhile; woken, it writes nothing")
def test_frozen_in_mid_transaction(stage: Stage):
    stage.open()
    stage.up(workers=0)
    stage.arm(at.AFTER_FIRST_WRITE, "stop")
    made = stage.plan(10, due_in=1.5)
    frozen = stage.hit(at.AFTER_FIRST_WRITE)
    stage.healed()
    stage.wait_done()
    os.kill(frozen, signal.SIGCONT)
    later = stage.plan(10, due_in=1.0)
    stage.wait_done()
    stage.check(made + later)


@scenario(8, "SIGSTOP of a scheduler between two rounds: nothing twice", quick=True)
def test_frozen_between_rounds(stage: Stage):
    stage.open()
    stage.up(workers=0)
    stage.arm(at.BETWEEN_TICKS, "stop", role="scheduler-1")
    frozen = stage.hit(at.BETWEEN_TICKS)
    made = stage.plan(20, due_in=1.0)
    stage.healed()
    stage.wait_done()
    os.kill(frozen, signal.SIGCONT)
    later = stage.plan(20, due_in=1.0)
    stage.wait_done()
    stage.check(made + later)


@scenario(8, "SIGSTOP of a worker longer than the queue's lock: nothing twice")
def test_a_worker_frozen_for_longer_than_its_lock(stage: Stage):
    stage.open()
    stage.up(workers=2, schedulers=0)
    stage.freeze("worker-1")
    made = stage.plan(10, due_in=65)
    stage.wake(made)
    stage.wait(lambda: stage.waiting() < 10, "the other one wakes", 120)
    stage.thaw("worker-1")
    stage.wait_done()
    stage.check(made)


@scenario(9, "every scheduler killed, workers left: they find what is due by themselves", *BOTH)
def test_schedulers_killed(stage: Stage):
    stage.open()
    stage.up(workers=2)
    stage.kill("scheduler-1", "scheduler-2")
    made = stage.plan(10, due_in=1.5)
    stage.healed()
    stage.wait_done(90)
    stage.check(made)
