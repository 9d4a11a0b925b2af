"""Signs of life of the scheduler and the workers, kept where every process can see them."""

from datetime import datetime, timedelta

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenants.clock import database_now, now
from tenants.db import Base

SILENT_AFTER = timedelta(seconds=30)


class Heartbeat(Base):
    """When a part of the machinery was last seen alive, by the database's clock."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


def beat(session: Session, name: str) -> None:
    """Note that `name` is alive now."""
    moment = database_now(session)
    row = session.get(Heartbeat, name)
    if row is None:
        session.add(Heartbeat(name=name, at=moment))
    else:
        row.at = moment


def last_beat(session: Session, name: str) -> datetime | None:
    """Return when `name` was last alive, UTC, or None if never."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))


def is_silent(session: Session, name: str) -> bool:
    """Tell whether `name` has not been heard of for SILENT_AFTER."""
    if session.get_bind().dialect.name != "postgresql":
        seen, moment = last_beat(session, name), now()
    else:  # by one statement: every page asks
        query = select(Heartbeat.at, func.clock_timestamp()).where(Heartbeat.name == name)
        seen, moment = session.execute(query).one_or_none() or (None, now())
    return seen is None or moment - seen > SILENT_AFTER
