"""The outbox leaves by SMTP: sent once, tried again, given up, and never in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import mail_transport
from portal.jobs import mail as delivery
from portal.jobs.mail import PAUSES, anything_waiting, deliver_waiting
from portal.outbox import OutboxMail, post
from tenants.clock import now
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.identity.common import mails
from tests.identity.smtp_sink import Sink, silent_server, smtp_server

pytestmark = pytest.mark.mail
MakeApp = Callable[..., Flask]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as (sink, url):
        sink.url = url  # type: ignore[attr-defined]  # the fixture's own
        yield sink


@pytest.fixture
def mailing(make_app: MakeApp, database_url: str, sink: Sink) -> Flask:
    return app_with(make_app, database_url, sink.url)  # type: ignore[attr-defined]  # see sink


def app_with(make_app: MakeApp, database_url: str, smtp_url: str) -> Flask:
    return make_app(database_url, smtp_url=smtp_url, mail_from="The Portal <portal@house.example>")


def write(app: Flask, recipient: str = "ada@acme.example", **values: Any) -> None:
    with app.app_context():
        row = post(recipient, values.pop("subject", "A subject"), values.pop("text", "Some text\n"))
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()


def deliver(app: Flask) -> int:
    with app.app_context():
        return deliver_waiting()


def only(app: Flask) -> OutboxMail:
    (mail,) = mails(app)
    return mail


@both_databases
def test_a_mail_is_sent_once_and_its_text_forgotten(mailing: Flask, sink: Sink):
    write(mailing, text="Guten Tag 🦊\n\nhttps://portal.example/x\n", subject="Grüße")
    assert deliver(mailing) == 1
    assert deliver(mailing) == 0
    (letter,) = sink.letters
    mail = only(mailing)
    assert letter["Subject"] == "Grüße"
    assert letter["To"] == "ada@acme.example"
    assert letter["From"] == "The Portal <portal@house.example>"
    assert letter["Message-ID"] == f"<{mail.id}@house.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == mail.created_at.replace(microsecond=0)
    assert "Guten Tag 🦊" in letter.get_content()
    assert mail.sent_at is not None
    assert mail.text == ""


def test_many_leave_in_order(mailing: Flask, sink: Sink):
    for number in range(5):
        write(mailing, subject=f"Number {number}")
    assert deliver(mailing) == 5
    assert [each["Subject"] for each in sink.letters] == [f"Number {n}" for n in range(5)]


def test_headers_cannot_be_slipped_in(mailing: Flask, sink: Sink):
    write(mailing, subject="Hello\r\nBcc: eve@evil.example\nX: y")
    write(mailing, recipient="ada@acme.example\r\nBcc: eve@evil.example")
    deliver(mailing)
    assert sink.recipients == [["ada@acme.example"]]
    (letter,) = sink.letters
    assert letter["Bcc"] is None
    assert letter["X"] is None
    assert [mail.dead_at is None for mail in mails(mailing)] == [True, False]


@both_databases
def test_refused_for_now_is_tried_again_later(mailing: Flask, sink: Sink):
    begun = now()
    with time_machine.travel(begun, tick=False):
        write(mailing)
        sink.at_recipient = "450 4.2.0 Greylisted, come again"
        assert deliver(mailing) == 0
        mail = only(mailing)
        assert mail.next_try_at == begun + PAUSES[0]
        assert "Greylisted" in mail.last_error
        assert mail.text != ""
        sink.at_recipient = "250 OK"
        assert deliver(mailing) == 0
    with time_machine.travel(begun + PAUSES[0], tick=False):
        assert deliver(mailing) == 1
        assert only(mailing).attempts == 2


def test_the_pauses_grow_and_end_in_a_dead_letter(mailing: Flask, sink: Sink):
    sink.at_data = "451 4.3.0 Try later"
    moment = now()
    waits = []
    with time_machine.travel(moment, tick=False):
        write(mailing)
    while True:
        with time_machine.travel(moment, tick=False):
            assert deliver(mailing) == 0
        mail = only(mailing)
        if mail.dead_at:
            break
        waits.append(mail.next_try_at - moment)
        moment = mail.next_try_at
    assert waits == list(PAUSES)
    assert waits[:4] == [timedelta(minutes=m) for m in (1, 5, 15, 60)]
    assert waits[-1] == timedelta(hours=24)
    with time_machine.travel(moment + timedelta(days=30), tick=False):
        assert deliver(mailing) == 0
    assert sink.letters == []


@pytest.mark.parametrize("where", ["at_recipient", "at_data"])
def test_refused_for_good_is_not_tried_again(mailing: Flask, sink: Sink, where: str):
    write(mailing)
    write(mailing, recipient="bea@acme.example")
    setattr(sink, where, "550 5.1.1 Nobody here")
    assert deliver(mailing) == 0
    assert [mail.attempts for mail in mails(mailing)] == [1, 1]
    assert all(mail.dead_at and "Nobody here" in mail.last_error for mail in mails(mailing))


def test_one_refused_mail_does_not_keep_the_others(mailing: Flask, sink: Sink):
    write(mailing, recipient="bad\r\n@x")
    write(mailing, subject="The good one")
    assert deliver(mailing) == 1
    assert sink.letters[0]["Subject"] == "The good one"


def test_a_server_that_hangs_up_is_tried_again(mailing: Flask, sink: Sink):
    write(mailing)
    sink.hang_up = True
    assert deliver(mailing) == 0
    assert only(mailing).dead_at is None
    assert only(mailing).last_error


def test_a_silent_server_is_left_after_the_timeout(
    make_app: MakeApp, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mail_transport, "TIMEOUT_SECONDS", 0.2)
    with silent_server() as url:
        app = app_with(make_app, database_url, url)
        write(app)
        write(app)
        assert deliver(app) == 0
    tried, untried = mails(app)
    assert "timed out" in tried.last_error
    assert untried.attempts == 0


def test_without_a_server_only_one_mail_is_tried(make_app: MakeApp, database_url: str, port: int):
    app = app_with(make_app, database_url, f"smtp://127.0.0.1:{port}")
    for _ in range(3):
        write(app)
    assert deliver(app) == 0
    assert [mail.attempts for mail in mails(app)] == [1, 0, 0]


@both_databases
def test_two_workers_never_take_the_same_mail(mailing: Flask, sink: Sink):
    write(mailing)
    write(mailing)
    with mailing.app_context():
        claimed = [delivery._claim(), delivery._claim(), delivery._claim()]
    ids = [mail.id for mail in claimed if mail]
    assert len(set(ids)) == len(ids) == 2
    assert deliver(mailing) == 0


def test_what_a_dead_worker_held_is_taken_up_again(mailing: Flask, sink: Sink):
    begun = now()
    with time_machine.travel(begun, tick=False):
        write(mailing)
        with mailing.app_context():
            assert delivery._claim() is not None
        assert deliver(mailing) == 0
    with time_machine.travel(begun + delivery.LEASE, tick=False):
        assert deliver(mailing) == 1


def test_waiting_is_noticed(mailing: Flask, sink: Sink):
    def waiting() -> bool:
        with mailing.app_context():
            found = anything_waiting()
            db.session.rollback()
            return found

    assert not waiting()
    write(mailing)
    assert waiting()
    deliver(mailing)
    assert not waiting()


def test_a_wrong_setting_loses_nothing(make_app: MakeApp, database_url: str):
    app = app_with(make_app, database_url, "ftp://mail.example")
    write(app)
    assert deliver(app) == 0
    assert only(app).attempts == 0


def test_no_secret_of_a_sent_mail_stays(mailing: Flask, sink: Sink):
    write(mailing, text="secret-token-in-a-link\n")
    deliver(mailing)
    with mailing.app_context():
        rows = db.session.execute(select(OutboxMail.__table__)).all()
        assert not any("secret-token" in str(row) for row in rows)
