"""People: one identity each, whatever number of accounts they work in."""

import re
import unicodedata
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, exists, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db

EMAIL_LENGTH = 254


class BadEmail(ValueError):
    """The text is not an e-mail address."""


class Person(Keyed, Audited, Base):
    """One e-mail, one set of credentials. Belongs to no tenant: grants tie people to accounts."""

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None]
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    notices: Mapped[str] = mapped_column(String(16), default="once")
    """How mail of what happens comes: `once`, `digest` (a day) or `never`."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    deactivated_at: Mapped[datetime | None]

    @staticmethod
    def active_at(moment: datetime) -> Any:
        """Return the SQL condition that a person could sign in at an instant."""
        away = exists().where(
            Absence.person_id == Person.id,
            Absence.since <= moment,
            Absence.ended_at > moment,
        )
        now_away = Person.deactivated_at
        return or_(now_away.is_(None), now_away > moment) & ~away

    @property
    def active(self) -> bool:
        """Tell whether the person may sign in."""
        return self.deactivated_at is None

    @property
    def label(self) -> str:
        """Return how the trail names this person."""
        return self.email


class Absence(Keyed, Base):
    """A time in which somebody was barred from signing in. It ends; it is never deleted.

    The one that has not ended yet is also `Person.deactivated_at`.
    """

    __tablename__ = "absence"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    by_label: Mapped[str] = mapped_column(String(300), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None]
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")
    end_reason: Mapped[str] = mapped_column(Text, default="")


def normal_email(text: str) -> str:
    """Return the form of an e-mail address that identity is compared by.

    Raises BadEmail when it cannot be one. Case and outer space do not matter (NFKC, casefold).
    """
    email = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(email) > EMAIL_LENGTH or not re.fullmatch(r"[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+", email):
        raise BadEmail("That is not an e-mail address. It looks like name@example.org.")
    return email


def person_by_email(email: str) -> Person | None:
    """Return the person with this e-mail address, or None."""
    try:
        wanted = normal_email(email)
    except BadEmail:
        return None
    return db.session.scalar(select(Person).where(Person.email == wanted))


def person_by_id(person_id: uuid.UUID) -> Person | None:
    """Return the person with this id, or None."""
    return db.session.get(Person, person_id)
