"""People: one identity each, whatever number of accounts they work in."""

import re
import unicodedata
import uuid
from datetime import datetime

from sqlalchemy import String, select
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
    created_at: Mapped[datetime] = mapped_column(default=now)
    deactivated_at: Mapped[datetime | None]

    @property
    def active(self) -> bool:
        """Tell whether the person may sign in."""
        return self.deactivated_at is None

    def active_at(self, moment: datetime) -> bool:
        """Tell whether the person could sign in at an instant."""
        return self.deactivated_at is None or self.deactivated_at > moment

    @property
    def label(self) -> str:
        """Return how the trail names this person."""
        return self.email


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
