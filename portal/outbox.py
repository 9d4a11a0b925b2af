"""The outbox: mail waiting to leave, written in the transaction that caused it."""

import uuid
from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.clock import now
from tenants.db import Base, Keyed, db


class OutboxMail(Keyed, Base):
    """One mail. Its text is emptied once it is sent, since it may hold a link that opens doors.

    `dead_at` is set after the last attempt failed; a person can then see it and send it again.
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_waiting", "sent_at", "dead_at", "next_try_at"),)

    tenant_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


def post(recipient: str, subject: str, text: str, tenant_id: uuid.UUID | None = None) -> OutboxMail:
    """Put a mail into the outbox; it leaves after the transaction commits."""
    mail = OutboxMail(recipient=recipient, subject=subject, text=text, tenant_id=tenant_id)
    db.session.add(mail)
    return mail
