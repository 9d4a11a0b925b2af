"""Signed-in devices: started, seen, ended. A row each, so that any can be ended at once."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session

from portal.identity.models import LoginSession
from tenants.clock import now
from tenants.db import UtcDateTime, db
from tenants.people import Person
from tenants.prepared import by_key

TOUCH_AFTER = timedelta(minutes=1)
REMEMBERED = timedelta(days=30)
LONGEST_ADDRESS = 64
LONGEST_DEVICE = 300


@dataclass(frozen=True)
class Limits:
    """How long a session lasts unused, and at most. Staff's is shorter."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Device:
    """A live session as a request knows it; outlives the database session that loaded it."""

    id: uuid.UUID
    person_id: uuid.UUID
    staff: bool
    seen_at: datetime
    started_at: datetime


def token_hash(token: str) -> str:
    """Return what is stored of a secret token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def start(person: Person, limits: Limits, *, staff: bool, address: str, device: str) -> str:
    """Sign a device in and return its token: shown once, to be kept by the device alone."""
    token = secrets.token_urlsafe(32)
    row = LoginSession(
        person_id=person.id,
        token_hash=token_hash(token),
        staff=staff,
        seen_at=now(),
        expires_at=now() + limits.absolute,
        address=address[:LONGEST_ADDRESS],
        device="".join(c for c in device if c.isprintable())[:LONGEST_DEVICE],
    )
    db.session.add(row)
    return token


def find(token: str, limits: Limits, staff_limits: Limits) -> Device | None:
    """Return the live session of a token, or None when there is none, it ended, or it is stale."""
    moment = now()
    asked = {"hashed": token_hash(token), "moment": moment}
    row = db.session.execute(_live_query(), asked).one_or_none()
    if row is None:
        return None
    idle = (staff_limits if row.staff else limits).idle
    return _device(row) if moment - row.seen_at < idle else None


@cache
def _live_query() -> Any:
    """Return the statement of a live session; every request asks, so it is made once."""
    row = LoginSession
    query = select(row.id, row.person_id, row.staff, row.seen_at, row.created_at).where(
        row.token_hash == bindparam("hashed", type_=String()),
        row.ended_at.is_(None),
        row.expires_at > bindparam("moment", type_=UtcDateTime()),
    )
    return by_key(query)


def touch(session: Session, session_id: uuid.UUID) -> None:
    """Note that the device was used. Runs in a small transaction of its own."""
    row = session.get(LoginSession, session_id)
    if row is not None:
        row.seen_at = now()


def wants_touch(device: Device, moment: datetime) -> bool:
    """Tell whether the last note is old enough to be renewed."""
    return moment - device.seen_at > TOUCH_AFTER


def live_sessions(person_id: uuid.UUID, limits: Limits, staff_limits: Limits) -> list[LoginSession]:
    """Return the person's signed-in devices, the last used first."""
    moment = now()
    rows = db.session.scalars(
        select(LoginSession)
        .where(
            LoginSession.person_id == person_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > moment,
        )
        .order_by(LoginSession.seen_at.desc(), LoginSession.id)
    )
    return [r for r in rows if moment - r.seen_at < (staff_limits if r.staff else limits).idle]


def live_session(session_id: uuid.UUID, person_id: uuid.UUID) -> LoginSession | None:
    """Return one session of this person that was not ended, or None."""
    return db.session.scalar(
        select(LoginSession).where(
            LoginSession.id == session_id,
            LoginSession.person_id == person_id,
            LoginSession.ended_at.is_(None),
        )
    )


def is_known_address(email: str, address: str) -> bool:
    """Tell whether the person with this e-mail lately signed in from this network address."""
    return bool(
        db.session.scalar(
            select(
                select(LoginSession.id)
                .join(Person, Person.id == LoginSession.person_id)
                .where(
                    Person.email == email,
                    LoginSession.address == address[:LONGEST_ADDRESS],
                    LoginSession.created_at > now() - REMEMBERED,
                )
                .exists()
            )
        )
    )


def end_session(row: LoginSession) -> None:
    """Sign one device out."""
    row.ended_at = now()


def end_all(person_id: uuid.UUID, keep: uuid.UUID | None = None) -> int:
    """Sign out all of a person's devices but `keep`; return how many."""
    rows = db.session.scalars(
        select(LoginSession).where(
            LoginSession.person_id == person_id, LoginSession.ended_at.is_(None)
        )
    ).all()
    ended = [row for row in rows if row.id != keep]
    for row in ended:
        row.ended_at = now()
    return len(ended)


def _device(row: Any) -> Device:
    return Device(
        id=row.id, person_id=row.person_id, staff=row.staff, seen_at=row.seen_at,
        started_at=row.created_at,
    )  # fmt: skip
