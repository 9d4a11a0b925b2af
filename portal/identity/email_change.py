"""Another e-mail address: asked with the password, confirmed at the new one, undone at the old.

The link to the new address works once, for a day, while the password and the old address stay as
they are. The link to the old address stops the change, or undoes it for a week after it happened,
whatever was changed since: whoever took a session over must not keep the account by it.
"""

import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta

from sqlalchemy import select

from portal.identity.credentials import end_devices
from portal.identity.models import EmailChange
from portal.identity.tokens import ID_LENGTH, LONGEST
from portal.identity.trail import note
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event
from tenants.people import Person, person_by_email

CONFIRM = timedelta(days=1)
UNDO = timedelta(days=7)


class AddressTaken(ValueError):
    """Somebody else has the address by now."""


def ask(person: Person, email: str, *, by: Actor) -> tuple[str, str]:
    """Note the wish for another address (normalised); return the secrets for the two mails.

    A wish that was not confirmed yet is dropped. Runs in the house's scope.
    """
    for row in _others(person.id):
        if row.confirmed_at is None:
            row.ended_at = now()
    to_new, to_old = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    row = EmailChange(
        person_id=person.id, old_email=person.email, new_email=email,
        confirm_hash=_sealed(to_new, person), undo_hash=_hash(to_old), expires_at=now() + CONFIRM,
    )  # fmt: skip
    db.session.add(row)
    note(Event.EMAIL_CHANGE_ASKED, person, by=by, email=email)
    return row.id.hex + to_new, row.id.hex + to_old


def confirmable(token: str, *, lock: bool = False) -> tuple[EmailChange, Person] | None:
    """Return the wish that this token confirms and whose it is, or None."""
    row = _row(token, lock)
    person = db.session.get(Person, row.person_id) if row else None
    if row is None or person is None or not person.active:
        return None
    fits = hmac.compare_digest(row.confirm_hash, _sealed(token[ID_LENGTH:], person))
    works = row.confirmed_at is None and row.expires_at > now() and person.email == row.old_email
    return (row, person) if fits and works else None


def confirm(row: EmailChange, person: Person, *, keep: uuid.UUID | None) -> None:
    """Give the person the new address; sign all devices out but `keep`. Raises AddressTaken."""
    if person_by_email(row.new_email) is not None:
        raise AddressTaken("This address is in use.")
    by = Actor(person.id, person.email, person.name)
    person.email, row.confirmed_at = row.new_email, now()
    note(Event.EMAIL_CHANGED, person, by=by)
    end_devices(person, by=by, how="because the e-mail address changed", keep=keep)


def stoppable(token: str, *, lock: bool = False) -> tuple[EmailChange, Person] | None:
    """Return the change that this token stops or undoes and whose it is, or None."""
    row = _row(token, lock)
    person = db.session.get(Person, row.person_id) if row else None
    if row is None or person is None:
        return None
    fits = hmac.compare_digest(row.undo_hash, _hash(token[ID_LENGTH:]))
    until = row.confirmed_at + UNDO if row.confirmed_at else row.expires_at
    return (row, person) if fits and until > now() else None


def stop(row: EmailChange, person: Person) -> bool:
    """Stop a change, or undo it: then the password is void too. Tell whether it was undone.

    Undone, every device is signed out and every other change of the person ends. Raises
    AddressTaken when somebody else took the old address meanwhile.
    """
    by = Actor(person.id, row.old_email, person.name)
    for each in _others(person.id):
        each.ended_at = now()
    if row.confirmed_at is None:
        note(Event.EMAIL_CHANGE_STOPPED, person, by=by, email=row.new_email)
        return False
    holder = person_by_email(row.old_email)
    if holder is not None and holder.id != person.id:
        raise AddressTaken("Somebody else took the old address into use.")
    person.email, person.password_hash = row.old_email, None
    note(Event.EMAIL_RESTORED, person, by=by)
    end_devices(person, by=by, how="because the change of e-mail was undone")
    return True


def _others(person_id: uuid.UUID) -> list[EmailChange]:
    query = select(EmailChange).where(
        EmailChange.person_id == person_id, EmailChange.ended_at.is_(None)
    )
    return list(db.session.scalars(query))


def _row(token: str, lock: bool) -> EmailChange | None:
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        row_id = uuid.UUID(hex=token[:ID_LENGTH])
    except ValueError:
        return None
    query = select(EmailChange).where(EmailChange.id == row_id, EmailChange.ended_at.is_(None))
    return db.session.scalar(query.with_for_update() if lock else query)


def _sealed(secret: str, person: Person) -> str:
    return _hash("\n".join((secret, person.email, person.password_hash or "")))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
