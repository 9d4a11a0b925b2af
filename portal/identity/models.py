"""Rows about being signed in. They belong to a person, not to a tenant."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.people import EMAIL_LENGTH, Person


class LoginSession(Keyed, Base):
    """One signed-in device. Only the SHA-256 of its token is kept."""

    __tablename__ = "login_session"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(lazy="raise")


class MailToken(Keyed, Base):
    """A secret sent by mail that works once. Only its seal is kept (see `tokens`).

    `used_at` is set when it was used, and when a newer one took its place.
    """

    __tablename__ = "mail_token"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class EmailChange(Keyed, Base):
    """One wish to have another e-mail address: asked, confirmed at the new one, undone at the old.

    `ended_at` is set when it was stopped, undone, or another wish took its place. Only the hashes
    of its two secrets are kept.
    """

    __tablename__ = "email_change"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    old_email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    new_email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    confirm_hash: Mapped[str] = mapped_column(String(64))
    undo_hash: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
