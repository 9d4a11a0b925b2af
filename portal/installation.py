"""Which installation a database is, and how far it has come: what gives a restored backup away."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenants.clock import database_now, now
from tenants.db import Base, new_id


class Installation(Base):
    """The one row. `beats` counts the scheduler's signs of life, the last of them at `beat_at`.

    Somebody who saw it count further knows that the database was put back. From `holding_at` on
    what was due by then is being held; once that is done the installation has another `id`,
    `restored_at` is when, and `restored_from` the last sign of life that the backup knew. All UTC.
    """

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("one = 1", name="one"),)

    one: Mapped[int] = mapped_column(primary_key=True, default=1)
    id: Mapped[uuid.UUID] = mapped_column(default=new_id)
    since: Mapped[datetime] = mapped_column(default=now)
    beats: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[datetime | None]
    holding_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    restored_from: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names it."""
        return "the installation"


@dataclass(frozen=True)
class Standing:
    """How far an installation had come: its beats, and when the last of them was (UTC)."""

    id: uuid.UUID
    beats: int
    at: datetime | None


_STANDING = select(Installation.id, Installation.beats, Installation.beat_at)


def standing(session: Session) -> Standing | None:
    """Return how far the database has come. One statement."""
    row = session.execute(_STANDING).first()
    return Standing(*row) if row else None


def count_beat(session: Session) -> None:
    """Count one more sign of life of the scheduler. For the caller's own transaction."""
    row = session.scalar(select(Installation).with_for_update())
    if row is None:
        row = Installation(beats=0)
        session.add(row)
    row.beats, row.beat_at = row.beats + 1, database_now(session)
