"""Defining, changing, deleting and restoring an account's own types of content.

They hold at the account and all below it, so the right to do so is needed there as well. Values of
fields that go, or that fit no more, stay in the revisions: see `type_effects` for what is shown.
"""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select

from portal.content.content_types import (
    BUILT_IN,
    KEY_LENGTH,
    ContentField,
    ContentType,
    Definition,
    Stands,
    defined,
)
from portal.content.problems import Problem
from portal.content.type_effects import number_of_pages
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event
from tenants.permissions import Permission
from tenants.strength import authorize_below

NAME_LENGTH = 100
SENTENCE_LENGTH = 300
TYPES = 100


class CannotDefineType(Problem):
    """The type or field cannot be so; the message says why, `about` names the form's field."""

    def __init__(self, message: str, about: str = "name") -> None:
        super().__init__(message)
        self.about = about


@dataclass(frozen=True)
class TypeWords:
    """What a type is to be, without its fields."""

    name: str
    sentence: str = ""
    stands: Stands = "tree"
    with_body: bool = True


def make_type(account: AccountRef, words: TypeWords, *, by: Actor) -> ContentType:
    """Define a type at an account for itself and all below it, and record it.

    Raises Denied, TooWeak and CannotDefineType.
    """
    _authorize(account, by=by)
    keys = _turn(account)
    _check_name(words.name, account, None)
    if len(keys) >= TYPES:
        raise CannotDefineType(f"There are {TYPES} types already; change one of them.")
    row = ContentType(
        tenant_id=account.tenant_id, account_id=account.id, name=words.name,
        sentence=words.sentence, stands=words.stands, with_body=words.with_body,
        key=free_key(words.name, keys | BUILT_IN.keys(), "type"), changed_by_label=by.label,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(Event.TYPE_MADE, row, by=by, key=row.key)
    return row


def change_type(row: ContentType, account: AccountRef, words: TypeWords, *, by: Actor) -> bool:
    """Change what a type of the account is called and how it stands; tell whether it changed.

    Recorded. Raises Denied, TooWeak and CannotDefineType.
    """
    hold(row, account, by=by)
    _check_name(words.name, account, row)
    before = (row.name, row.sentence, row.stands, row.with_body)
    if before == (words.name, words.sentence, words.stands, words.with_body):
        return False
    if row.stands != words.stands and number_of_pages(row.key, account.tenant_id):
        raise CannotDefineType(
            "Content of this type is there already; where it stands can only be chosen before.",
            "stands",
        )
    row.name, row.sentence = words.name, words.sentence
    row.stands, row.with_body = words.stands, words.with_body
    tell_changed(row, "its words", by=by)
    return True


def delete_type(row: ContentType, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Delete a type of the account: nothing new is started with it; what is there stays, as it is.

    Recorded. Raises Denied, TooWeak and CannotDefineType.
    """
    hold(row, account, by=by)
    row.deleted_at = now()
    row.version += 1
    record(Event.TYPE_DELETED, row, by=by, reason=reason, key=row.key)


def restore_type(row: ContentType, account: AccountRef, *, by: Actor) -> None:
    """Bring a deleted type of the account back as it was. Recorded.

    Raises Denied, TooWeak and CannotDefineType.
    """
    _authorize(account, by=by)
    _turn(account)
    db.session.refresh(row, with_for_update=True)
    if row.account_id != account.id or row.deleted_at is None:
        raise CannotDefineType("This type is not deleted.")
    _check_name(row.name, account, row)
    row.deleted_at = None
    row.version += 1
    record(Event.TYPE_RESTORED, row, by=by, key=row.key)


def hold(row: ContentType, account: AccountRef, *, by: Actor) -> Definition:
    """Lock a type of the account to change it, and return it as it stands.

    Raises Denied, TooWeak and CannotDefineType.
    """
    _authorize(account, by=by)
    db.session.flush()
    db.session.refresh(row, with_for_update=True)
    if row.account_id != account.id or row.deleted_at is not None:
        raise CannotDefineType("A type is changed where it was defined, while it is not deleted.")
    return defined(row)


def tell_changed(row: ContentType, what: str, *, by: Actor, **changes: list[str]) -> None:
    """Count a change of a type and record it; without `changes`, what is pending on it is told."""
    told = {name: pair for name, pair in changes.items() if pair[0] != pair[1]} or None
    row.version += 1
    row.changed_at, row.changed_by_label = now(), by.label
    if told is None:
        record(Event.TYPE_CHANGED, row, by=by, what=what, version=row.version)
    else:
        record(Event.TYPE_CHANGED, row, by=by, what=what, version=row.version, changes=told)


def free_key(words: str, taken: set[str], fallback: str) -> str:
    """Return a key in plain small letters made of words, that is not taken."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: KEY_LENGTH - 5].strip("-") or fallback
    numbers = range(2, len(taken) + 3)
    return next(k for k in (key, *(f"{key}-{n}" for n in numbers)) if k not in taken)


def fields_of(row: ContentType) -> list[ContentField]:
    """Return the rows of a type's fields and of its groups' parts, in order."""
    query = select(ContentField).where(ContentField.type_id == row.id)
    return list(db.session.scalars(query.order_by(ContentField.position, ContentField.id)))


def _authorize(account: AccountRef, *, by: Actor) -> None:
    if Permission.TYPE_MANAGE not in by.system:
        authorize_below(by, Permission.TYPE_MANAGE, account)


def _turn(account: AccountRef) -> set[str]:
    """Wait for others who define types of this tenant, and return the keys it has."""
    query = select(ContentType.key).where(ContentType.tenant_id == account.tenant_id)
    return set(db.session.scalars(query.order_by(ContentType.id).with_for_update()))


def _check_name(name: str, account: AccountRef, row: ContentType | None) -> None:
    if not name.strip() or len(name) > NAME_LENGTH:
        raise CannotDefineType(f"Give the type a name of 1 to {NAME_LENGTH} characters.")
    others = select(ContentType.name).where(
        ContentType.tenant_id == account.tenant_id,
        ContentType.account_id.in_(account.path),
        ContentType.deleted_at.is_(None),
        ContentType.id != (row.id if row else None),
    )
    names = {*db.session.scalars(others), *(each.name for each in BUILT_IN.values())}
    if name.casefold() in {other.casefold() for other in names}:
        raise CannotDefineType(f"There is a type {name} here already; choose another name.")
