"""Secrets sent by mail: each works once, for an hour, and for the person as he was when it left.

A token is sealed with the e-mail address and the password hash of that moment: when either changes,
every token that is still under way is dead without anybody having to remember it.
"""

import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta

from sqlalchemy import select

from portal.identity.models import MailToken
from tenants.clock import now
from tenants.db import db
from tenants.people import Person

PASSWORD = "password"  # noqa: S105 - the purpose of a token, not a password
LIFE = timedelta(hours=1)
ID_LENGTH = 32
LONGEST = 200


def issue(person: Person, purpose: str) -> str:
    """Return a new token for a link in a mail. Older ones for the same purpose work no more."""
    for row in _unused(person.id, purpose):
        row.used_at = now()
    secret = secrets.token_urlsafe(32)
    row = MailToken(
        person_id=person.id,
        purpose=purpose,
        token_hash=_seal(secret, person),
        expires_at=now() + LIFE,
    )
    db.session.add(row)
    return row.id.hex + secret


def holder(token: str, purpose: str) -> Person | None:
    """Return whom a token that still works was sent to, or None."""
    found = _working(token, purpose)
    return found[1] if found else None


def redeem(token: str, purpose: str) -> Person | None:
    """Use a token up and return whom it was sent to, or None when it does not work (any more)."""
    found = _working(token, purpose, lock=True)
    if found is None:
        return None
    row, person = found
    row.used_at = now()
    return person


def _working(token: str, purpose: str, lock: bool = False) -> tuple[MailToken, Person] | None:
    row_id = _id_in(token)
    if row_id is None:
        return None
    query = select(MailToken).where(
        MailToken.id == row_id,
        MailToken.purpose == purpose,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now(),
    )
    row = db.session.scalar(query.with_for_update() if lock else query)
    person = db.session.get(Person, row.person_id) if row else None
    if row is None or person is None or not person.active:
        return None
    fits = hmac.compare_digest(row.token_hash, _seal(token[ID_LENGTH:], person))
    return (row, person) if fits else None


def _unused(person_id: uuid.UUID, purpose: str) -> list[MailToken]:
    return list(
        db.session.scalars(
            select(MailToken).where(
                MailToken.person_id == person_id,
                MailToken.purpose == purpose,
                MailToken.used_at.is_(None),
            )
        )
    )


def _id_in(token: str) -> uuid.UUID | None:
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        return uuid.UUID(hex=token[:ID_LENGTH])
    except ValueError:
        return None


def _seal(secret: str, person: Person) -> str:
    sealed = "\n".join((secret, person.email, person.password_hash or ""))
    return hashlib.sha256(sealed.encode()).hexdigest()
