"""SMTP_URL, and mail as files where there is none."""

from __future__ import annotations

import stat
from collections.abc import Callable
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from flask import Flask

from portal.config import BadConfig
from portal.jobs.mail import deliver_waiting
from portal.mail_transport import smtp_server
from portal.outbox import post
from tenants.db import db


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://mail.example:587?starttls", ("mail.example", 587, "", "", False, True)),
        ("smtps://a%40b:p%2Fw@mail.example", ("mail.example", 465, "a@b", "p/w", True, False)),
        ("smtp://me:pw@127.0.0.1:1025", ("127.0.0.1", 1025, "me", "pw", False, False)),
        ("smtp://me:pw@mail.example?starttls=1", ("mail.example", 25, "me", "pw", False, True)),
        ("smtp://[::1]:25", ("::1", 25, "", "", False, False)),
    ],
)
def test_urls_are_read(url: str, expected: tuple[str, int, str, str, bool, bool]):
    found = smtp_server(url)
    assert (
        found.host, found.port, found.user, found.password, found.tls, found.starttls
    ) == expected  # fmt: skip


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mail.example", "looks like"),
        ("http://mail.example", "looks like"),
        ("smtp://", "looks like"),
        ("smtp://mail.example:port", "host and port"),
        ("smtp://mail.example:99999", "host and port"),
        ("smtp://[::1", "host and port"),
        ("smtp://me:secret@mail.example", "in the clear"),
    ],
)
def test_wrong_urls_get_a_sentence_without_the_password(url: str, sentence: str):
    with pytest.raises(BadConfig, match=sentence) as caught:
        smtp_server(url)
    assert "secret" not in str(caught.value)


def test_without_a_server_mails_become_files(
    make_app: Callable[..., Flask], database_url: str, tmp_path: Path
):
    app = make_app(database_url, var=tmp_path / "var", mail_from="portal@house.example")
    with app.app_context():
        for subject in ("First", "Second", "Dritte Grüße"):
            post("ada@acme.example", subject, f"{subject}: a text\n")
            db.session.commit()
        assert deliver_waiting() == 3
        assert deliver_waiting() == 0
    folder = tmp_path / "var" / "mail"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = sorted(folder.iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert {file.suffix for file in files} == {".eml"}
    letters = [BytesParser(policy=policy.default).parsebytes(f.read_bytes()) for f in files]
    assert [each["Subject"] for each in letters] == ["First", "Second", "Dritte Grüße"]
    assert letters[0]["To"] == "ada@acme.example"


def test_a_full_disk_keeps_the_mail_waiting(
    make_app: Callable[..., Flask], database_url: str, tmp_path: Path
):
    (tmp_path / "mail").write_text("a file where the folder should be")
    app = make_app(database_url, var=tmp_path)
    with app.app_context():
        mail = post("ada@acme.example", "A subject", "A text\n")
        db.session.commit()
        mail_id = mail.id
        db.session.remove()
        assert deliver_waiting() == 0
        kept = db.session.get(type(mail), mail_id)
        assert kept is not None
        assert kept.sent_at is None
        assert kept.text == "A text\n"
