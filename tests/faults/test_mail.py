"""Mail servers that are slow, rude or gone: nobody waits for them, and every mail leaves once.

Mail is the way out today; whatever else goes out later has the same to bear.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults.editor import Editor
from tests.faults.scenarios import scenario
from tests.faults.stage import Stage

PAUSES = 3600


def begin(stage: Stage, mode: Any, *doors: str) -> None:
    stage.open(*doors)
    clock = stage.clock("all")
    stage.mail.mode = mode
    stage.start("scheduler-1", **clock)
    stage.start("worker-1", **clock)
    stage.start_web()


def recovers(stage: Stage, subject: str, count: int) -> None:
    """The server is good again and the pause after the failure is over: each leaves once."""
    stage.mail.mode = "take"
    stage.clock("all", PAUSES)
    stage.healed()
    stage.wait(lambda: len({mail.message_id for mail in stage.mail.taken(subject)}) == count,
               f"{count} mails leave", 90)  # fmt: skip
    stage.wait(lambda: not stage.rows("SELECT id FROM outbox_mail WHERE sent_at IS NULL"), "marked")
    taken = [mail.message_id for mail in stage.mail.taken(subject)]
    assert len(taken) == len(set(taken))


def failed(stage: Stage) -> bool:
    """Whether some mail tells why it did not leave."""
    return bool(stage.rows("SELECT id FROM outbox_mail WHERE last_error <> ''"))


@scenario(36, "a mail server that hangs, drips, floods or hangs up: publishing goes on, mail waits")
@pytest.mark.parametrize("mode", ["mute", "drip", "flood", "hang-up"])
def test_rude_servers(stage: Stage, mode: str):
    begin(stage, mode)
    stage.post_mail(3, "Rude")
    stage.wait(lambda: stage.mail.tries > 0, "it was tried")
    made = stage.plan(20, due_in=1.5)
    stage.wait_done(20)
    stage.wait(lambda: failed(stage), "the failure is noted")
    recovers(stage, "Rude", 3)
    stage.check(made)


@scenario(36, "a line to the mail server that is cut in the middle: it leaves later")
def test_cut_in_the_middle(stage: Stage):
    begin(stage, "take", "smtp")
    stage.doors["smtp"].set("truncate")
    stage.doors["smtp"].limit = 2
    stage.post_mail(3, "Cut")
    stage.wait(lambda: failed(stage), "the failure is noted")
    stage.doors["smtp"].set("open")
    recovers(stage, "Cut", 3)


@scenario(37, "the mail server is gone for an hour: no request waits, each mail leaves once after")
def test_gone_for_an_hour(stage: Stage):
    begin(stage, "take", "smtp")
    stage.doors["smtp"].set("refuse")
    stage.post_mail(10, "Gone")
    stage.wait(lambda: failed(stage), "the failure is noted")
    draft = stage.plan(1, due_in=3600)[0]
    answer = Editor(stage, stage.cast.publisher).schedule(
        "acme", draft.page_id, datetime.now(UTC) + timedelta(hours=1)
    )
    assert answer.status == 302
    stage.doors["smtp"].set("open")
    recovers(stage, "Gone", 10)


@scenario(37, "not now, never, and taken without a word: later, to the dead letters, again by id")
@pytest.mark.parametrize("mode", ["postpone", "refuse", "drop"])
def test_what_servers_answer(stage: Stage, mode: str):
    begin(stage, mode)
    stage.post_mail(2, "Answer")
    stage.wait(lambda: stage.mail.tries >= (1 if mode == "drop" else 2), "they were tried")
    if mode == "refuse":
        dead = "SELECT id FROM outbox_mail WHERE dead_at IS NOT NULL AND last_error <> ''"
        stage.wait(lambda: len(stage.rows(dead)) == 2, "both are dead letters")
        return
    stage.wait(lambda: failed(stage), "the failure is noted")
    recovers(stage, "Answer", 2)
