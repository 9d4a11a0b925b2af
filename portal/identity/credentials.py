"""What changes who can come in: passwords replaced, people barred, devices signed out."""

import uuid

from portal.identity import sessions
from portal.identity.passwords import check, hash_password
from portal.identity.trail import note
from tenants.barring import bar, let_in
from tenants.decisions import Actor
from tenants.events import Event
from tenants.people import Person


def new_hash(password: str, *about: str) -> str:
    """Check a new password and return its hash. Takes tens of milliseconds: hold no transaction.

    Raises BadPassword and TooBusy.
    """
    check(password, *about)
    return hash_password(password)


def replace_password(person: Person, hashed: str, *, by: Actor, how: str) -> int:
    """Give the person a new password, sign all devices out and return how many, recorded.

    Links sent by mail for the old password die by themselves (see `tokens`).
    """
    person.password_hash = hashed
    note(Event.PASSWORD_CHANGED, person, by=by, how=how)
    return end_devices(person, by=by, how="because the password changed")


def end_devices(person: Person, *, by: Actor, how: str, keep: uuid.UUID | None = None) -> int:
    """Sign out a person's devices but `keep`, record it if there were any, and return how many."""
    ended = sessions.end_all(person.id, keep)
    if ended:
        devices = "1 device" if ended == 1 else f"{ended} devices"
        note(Event.SESSION_ENDED, person, by=by, devices=devices, how=how)
    return ended


def deactivate(person: Person, *, by: Actor, reason: str = "") -> None:
    """Bar the person from signing in, sign all devices out and record it. Raises CannotBar."""
    bar(person, by=by, reason=reason)
    end_devices(person, by=by, how="because the person was deactivated")


def reactivate(person: Person, *, by: Actor, reason: str = "") -> None:
    """Let a deactivated person sign in again and record it. Raises CannotBar."""
    let_in(person, by=by, reason=reason)
