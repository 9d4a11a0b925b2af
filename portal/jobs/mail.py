"""Delivery of the outbox: each mail is claimed, sent and marked; at least once.

A worker that dies between sending and marking sends again after LEASE; the Message-ID is the same,
so that mailboxes can tell.
"""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, select

from portal.config import BadConfig, Config
from portal.mail_transport import Postponed, Rejected, Unreachable, transport_for
from portal.outbox import OutboxMail, in_turn
from tenants.clock import now
from tenants.db import db
from tenants.engines import reading
from tenants.scope import aside

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60))
LEASE = timedelta(minutes=5)
AT_MOST = 100
LONGEST_ERROR = 500
log = structlog.get_logger()


def anything_waiting() -> bool:
    """Tell whether a mail is due to leave. For the caller's own read."""
    return db.session.scalar(select(OutboxMail.id).where(*_due()).limit(1)) is not None


def deliver_waiting() -> int:
    """Send what is due, at most AT_MOST mails, and return how many left.

    Stops at the first sign that the server is out of reach: the others keep their turn. Safe to run
    in several processes at once.
    """
    return _deliver(None)


def deliver_these(mail_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Send those of the mails that are due; return those that still wait, here or for their turn.

    For a process that must not leave them to the workers. Safe beside others, too.
    """
    _deliver(mail_ids)
    query = select(OutboxMail.id).where(
        OutboxMail.id.in_(mail_ids), OutboxMail.sent_at.is_(None), OutboxMail.dead_at.is_(None)
    )
    with reading():
        waiting = set(db.session.scalars(query))
        db.session.rollback()
    return waiting


def _deliver(only: Collection[uuid.UUID] | None) -> int:
    config: Config = current_app.config["PORTAL"]
    try:
        transport = transport_for(config)
    except BadConfig as error:
        log.error("mail waits", reason=str(error))
        return 0
    sent = 0
    for _ in range(AT_MOST):
        mail = _claim(only)
        if mail is None:
            break
        try:
            transport.send(letter(mail, config), _file_name(mail))
        except (Unreachable, OSError) as error:
            _again_later(mail, str(error))
            break
        except Postponed as error:
            _again_later(mail, str(error))
        except (Rejected, ValueError) as error:
            _give_up(mail, str(error))
        else:
            sent += 1
            _done(mail)
    return sent


def letter(mail: OutboxMail, config: Config) -> EmailMessage:
    """Return the mail as it goes over the wire. Raises ValueError when a header cannot be."""
    domain = parseaddr(config.mail_from)[1].rpartition("@")[2] or "localhost"
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = mail.recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(mail.created_at.astimezone(UTC))
    message["Message-ID"] = f"<{mail.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _due() -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMail.sent_at.is_(None),
        OutboxMail.dead_at.is_(None),
        OutboxMail.next_try_at <= now(),
        in_turn(),
    )


def _claim(only: Collection[uuid.UUID] | None = None) -> OutboxMail | None:
    """Take the next mail for LEASE, so that no other worker takes it meanwhile."""
    query = select(OutboxMail).where(*_due()).order_by(OutboxMail.next_try_at, OutboxMail.id)
    if only is not None:
        query = query.where(OutboxMail.id.in_(only))
    with aside(None) as session:
        mail = session.scalar(query.limit(1).with_for_update(skip_locked=True))
        if mail is not None:
            mail.attempts += 1
            mail.next_try_at = now() + LEASE
    return mail


def _again_later(mail: OutboxMail, error: str) -> None:
    if mail.attempts > len(PAUSES):
        _give_up(mail, error)
        return
    moment = now() + PAUSES[mail.attempts - 1]
    _mark(mail, next_try_at=moment, last_error=error[:LONGEST_ERROR])
    log.warning("mail not sent; it is tried again", mail=str(mail.id), at=str(moment), error=error)


def _give_up(mail: OutboxMail, error: str) -> None:
    _mark(mail, dead_at=now(), last_error=error[:LONGEST_ERROR])
    log.error("mail given up", mail=str(mail.id), attempts=mail.attempts, error=error)


def _done(mail: OutboxMail) -> None:
    _mark(mail, sent_at=now(), text="", last_error="")


def _mark(mail: OutboxMail, **values: datetime | str) -> None:
    with aside(None) as session:
        row = session.get(OutboxMail, mail.id)
        if row is not None:
            for name, value in values.items():
                setattr(row, name, value)


def _file_name(mail: OutboxMail) -> str:
    return f"{mail.created_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{mail.id.hex[-8:]}"
