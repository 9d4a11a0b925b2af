"""Letting go of what nobody asks for any more: mails that left, processes long gone."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from portal import answers
from portal.heartbeats import KEPT, Heartbeat
from portal.outbox import OutboxMail, in_state
from tenants.clock import database_now, now
from tenants.scope import aside

SENT_KEPT = timedelta(days=30)
DEAD_KEPT = timedelta(days=90)
AT_MOST = 5000


def forget_mails() -> int:
    """Delete mails sent SENT_KEPT ago and mails given up DEAD_KEPT ago; return how many.

    At most AT_MOST of each at a time, the oldest first, so that nobody waits for it.
    """
    return _forget("sent", OutboxMail.sent_at, now() - SENT_KEPT) + _forget(
        "dead", OutboxMail.dead_at, now() - DEAD_KEPT
    )


def _forget(state: str, column: Any, before: datetime) -> int:
    query = select(OutboxMail.id).where(in_state(state), column < before)
    with aside(None) as session:
        ids = session.scalars(query.order_by(column).limit(AT_MOST)).all()
        session.execute(delete(OutboxMail).where(OutboxMail.id.in_(ids)))
    return len(ids)


def forget_heartbeats() -> None:
    """Delete the rows of processes not heard of for KEPT; the part's own row stays."""
    with aside(None) as session:
        before = database_now(session) - KEPT
        session.execute(
            delete(Heartbeat).where(Heartbeat.at < before, Heartbeat.name.contains(" "))
        )


def forget_answers() -> None:
    """Let go of where forms led to that nobody sends a second time any more."""
    with aside(None) as session:
        answers.forget(session)
