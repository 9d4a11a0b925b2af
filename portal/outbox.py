"""The outbox: mail waiting to leave, written in the transaction that caused it."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, and_, exists, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tenants.clock import now
from tenants.db import Base, Keyed, db

STATES = ("waiting", "sent", "dead")
_UNDECIDED = "sent_at IS NULL AND dead_at IS NULL AND order_key IS NOT NULL"


class OutboxMail(Keyed, Base):
    """One mail. Its text is emptied once it is sent, since it may hold a link that opens doors.

    `id` is the event's id: every attempt carries it as Message-ID, so that whoever gets a mail
    twice can tell. `dead_at` is set after the last attempt failed; a person can then see it and
    have it sent again. Mails with the same `order_key` leave in their order, reader by reader.
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_mail_waiting", "sent_at", "dead_at", "next_try_at"),
        Index(
            "ix_outbox_mail_order", "order_key", "recipient", "id",
            sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED,
        ),
    )  # fmt: skip

    tenant_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    order_key: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")

    @property
    def label(self) -> str:
        """Return how the trail names this mail."""
        return f"the mail to {self.recipient}"

    @property
    def state(self) -> str:
        """Return `waiting`, `sent` or `dead`."""
        return "sent" if self.sent_at else "dead" if self.dead_at else "waiting"


def post(
    recipient: str, subject: str, text: str, tenant_id: uuid.UUID | None = None,
    order_key: str | None = None,
) -> OutboxMail:  # fmt: skip
    """Put a mail into the outbox; it leaves after the transaction commits.

    `order_key` names what it is about, as in `schedule:<id>`: a later mail about it to the same
    reader does not overtake this one. Leave it out where a later mail must not wait.
    """
    mail = OutboxMail(
        recipient=recipient, subject=subject, text=text, tenant_id=tenant_id, order_key=order_key
    )
    db.session.add(mail)
    return mail


def in_state(state: str) -> ColumnElement[bool]:
    """Return the condition that a mail is in one of STATES."""
    sent, dead = OutboxMail.sent_at.is_not(None), OutboxMail.dead_at.is_not(None)
    return {"sent": sent, "dead": and_(~sent, dead), "waiting": and_(~sent, ~dead)}[state]


def mails_of(
    tenant_id: uuid.UUID, state: str, before: uuid.UUID | None, at_most: int
) -> list[OutboxMail]:
    """Return a tenant's mails in one of STATES, the newest first, from before a mail on."""
    query = select(OutboxMail).where(OutboxMail.tenant_id == tenant_id, in_state(state))
    if before is not None:
        query = query.where(OutboxMail.id < before)
    return list(db.session.scalars(query.order_by(OutboxMail.id.desc()).limit(at_most)))


def chosen_mails(tenant_id: uuid.UUID, ids: Collection[uuid.UUID]) -> list[OutboxMail]:
    """Return those of a tenant's mails, the oldest first, locked until the transaction ends."""
    query = select(OutboxMail).where(OutboxMail.tenant_id == tenant_id, OutboxMail.id.in_(ids))
    return list(db.session.scalars(query.order_by(OutboxMail.id).with_for_update()))


def in_turn(mail: Any = OutboxMail) -> ColumnElement[bool]:
    """Return the condition that no earlier mail of its order is still to leave.

    One that was given up keeps nobody waiting.
    """
    earlier = aliased(OutboxMail)
    ahead = exists().where(
        earlier.order_key == mail.order_key, earlier.recipient == mail.recipient,
        earlier.id < mail.id, earlier.sent_at.is_(None), earlier.dead_at.is_(None),
    )  # fmt: skip
    return ~ahead
