"""Signs of life of the scheduler and the workers, kept where every process can see them."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, select
from sqlalchemy.dialects.postgresql import insert as on_postgresql
from sqlalchemy.dialects.sqlite import insert as on_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenants.clock import database_now, with_database_now
from tenants.db import Base

SILENT_AFTER = timedelta(seconds=30)
KEPT = timedelta(days=7)
"""How long the row of a process that is gone is kept."""
LONGEST = 64


class Heartbeat(Base):
    """When a part of the machinery was last seen alive, by the database's clock.

    A part has a row by its name, and one for each of its processes, see `process_name`.
    """

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    at: Mapped[datetime]


BEAT = select(Heartbeat.at).where(Heartbeat.name == bindparam("part", type_=String()))


def process_name(part: str) -> str:
    """Return how this process of a part is named: the part, the host and the process id."""
    place = f"{socket.gethostname()}:{os.getpid()}"
    return f"{part} {place[-(LONGEST - len(part) - 1) :]}"


def beat(session: Session, name: str) -> None:
    """Note that `name` is alive now, and by which process, beside others who note the same."""
    moment = database_now(session)
    postgresql = session.get_bind().dialect.name == "postgresql"
    rows = (on_postgresql if postgresql else on_sqlite)(Heartbeat).values(
        [{"name": each, "at": moment} for each in (name, process_name(name))]
    )
    session.execute(
        rows.on_conflict_do_update(index_elements=[Heartbeat.name], set_={"at": rows.excluded.at})
    )


def last_beat(session: Session, name: str) -> datetime | None:
    """Return when `name` was last alive, UTC, or None if never."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))


def is_silent(session: Session, name: str) -> bool:
    """Tell whether `name` has not been heard of for SILENT_AFTER."""
    return pulse(session, name).silent


@dataclass(frozen=True)
class Pulse:
    """When a part was last heard of (UTC, None if never), by the database's clock at `moment`."""

    seen: datetime | None
    moment: datetime

    @property
    def silent(self) -> bool:
        """Tell whether that is longer ago than SILENT_AFTER."""
        return self.seen is None or self.moment - self.seen > SILENT_AFTER


def pulse(session: Session, name: str) -> Pulse:
    """Return when `name` was last heard of. One statement."""
    return Pulse(*with_database_now(session, BEAT, {"part": name}))
