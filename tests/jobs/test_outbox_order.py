"""Mails about one thing leave in their order, whatever the mail server says to each."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.heartbeats import KEPT, Heartbeat, beat, process_name
from portal.jobs import mail as delivery
from portal.jobs.mail import anything_waiting, deliver_waiting
from portal.jobs.tidying import DEAD_KEPT, SENT_KEPT, forget_heartbeats, forget_mails
from portal.mail_transport import Postponed, Rejected
from portal.outbox import OutboxMail, post
from tenants.clock import now
from tenants.db import db
from tests.fixtures.app import both_databases

THINGS = (None, "schedule:1", "page:1")
READERS = ("ada@acme.example", "bea@acme.example")


class Moody:
    """A mail server that takes, postpones and refuses as it likes."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.taken: list[str] = []
        self.calm = False

    def send(self, letter: EmailMessage, _name: str) -> None:
        mood = 1.0 if self.calm else self.chance.random()
        if mood < 0.35:
            raise Postponed("450 Come again")
        if mood < 0.45:
            raise Rejected("550 Nobody here")
        self.taken.append(letter["Subject"])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Moody:
    found = Moody(random.Random(20))  # noqa: S311  a replayable run
    monkeypatch.setattr(delivery, "transport_for", lambda _config: found)
    return found


def all_mails() -> list[OutboxMail]:
    query = select(OutboxMail).order_by(OutboxMail.id)
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    db.session.expunge_all()
    return rows


@both_databases
def test_no_mail_overtakes_another_about_the_same(app: Flask, server: Moody):
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    begun, number = now(), 0
    with app.app_context():
        for step in range(40):
            with time_machine.travel(begun + step * timedelta(minutes=2), tick=False):
                for _ in range(server.chance.randrange(4)):
                    number += 1
                    thing, reader = server.chance.choice(THINGS), server.chance.choice(READERS)
                    post(reader, str(number), "Text", order_key=thing)
                    db.session.commit()
                    if thing:
                        lines[thing, reader].append(str(number))
                deliver_waiting()
        server.calm = True
        for day in range(1, 5):
            with time_machine.travel(begun + timedelta(days=day), tick=False):
                deliver_waiting()
        rows = all_mails()
    assert all(row.sent_at or row.dead_at for row in rows), "none waits for ever"
    assert any(row.dead_at for row in rows)
    assert any(row.attempts > 1 and row.sent_at for row in rows)
    for line in lines.values():
        left = [each for each in server.taken if each in line]
        assert left == [each for each in line if each in left]
        assert len(left) == len(set(left))


@both_databases
def test_a_later_one_waits_while_the_earlier_is_tried_again(app: Flask, server: Moody):
    with app.app_context():
        first = post(READERS[0], "first", "Text", order_key="page:1")
        first.next_try_at, first.attempts = now() + timedelta(hours=1), 3
        post(READERS[0], "second", "Text", order_key="page:1")
        post(READERS[1], "another reader's", "Text", order_key="page:1")
        post(READERS[0], "about something else", "Text", order_key="page:2")
        db.session.commit()
        server.calm = True
        assert deliver_waiting() == 2
        assert server.taken == ["another reader's", "about something else"]
        assert not anything_waiting(), "nobody is woken for what must wait"
        db.session.get_one(OutboxMail, first.id).dead_at = now()
        db.session.commit()
        assert deliver_waiting() == 1
        assert server.taken[-1] == "second"


@both_databases
def test_old_mails_and_processes_are_let_go(app: Flask):
    with app.app_context():
        for days in (0, 1):
            old = timedelta(days=days)
            post("a@b.example", f"sent {days}", "").sent_at = now() - SENT_KEPT + old / 2
            post("a@b.example", f"dead {days}", "Text").dead_at = now() - DEAD_KEPT - old
        post("a@b.example", "waits", "Text").created_at = now() - timedelta(days=400)
        beat(db.session(), "scheduler")
        db.session.add(Heartbeat(name="scheduler gone:1", at=now() - KEPT - timedelta(hours=1)))
        db.session.commit()
        assert forget_mails() == 3
        forget_heartbeats()
        assert {row.subject for row in all_mails()} == {"sent 1", "waits"}
        kept = set(db.session.scalars(select(Heartbeat.name)))
        assert kept == {"scheduler", process_name("scheduler")}
