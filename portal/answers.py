"""Where forms that made something led to, so that the very same one makes it no second time."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, Text, delete, select
from sqlalchemy.dialects.postgresql import insert as on_postgresql
from sqlalchemy.dialects.sqlite import insert as on_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenants.clock import now
from tenants.db import Base

KEPT = timedelta(minutes=30)
"""How long an answer is kept at least."""


class FormAnswer(Base):
    """Where one form led to. `id` digests who sent what where, and tells none of it."""

    __tablename__ = "form_answer"

    id: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    location: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


def keep(session: Session, key: bytes, location: str) -> bool:
    """Keep where a form led to, in the transaction of what it made.

    False when the same form has been answered before; while that is being decided, this waits.
    """
    postgresql = session.get_bind().dialect.name == "postgresql"
    row = (on_postgresql if postgresql else on_sqlite)(FormAnswer).values(
        id=key, location=location, at=now()
    )
    made = session.execute(row.on_conflict_do_nothing().returning(FormAnswer.id))
    return made.first() is not None


def kept(session: Session, key: bytes) -> str | None:
    """Return where the same form led to, or None when it was not answered yet."""
    return session.scalar(select(FormAnswer.location).where(FormAnswer.id == key))


def forget(session: Session) -> None:
    """Let go of the answers that are older than KEPT."""
    session.execute(delete(FormAnswer).where(FormAnswer.at < now() - KEPT))
