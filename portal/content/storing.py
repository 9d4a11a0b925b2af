"""Putting bytes into the store in the course of a transaction: if it fails, they are taken out."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.content.storage import Storage, StoreDown
from tenants.db import db

log = structlog.get_logger()


def keep(files: Storage, key: str, data: bytes, mime: str) -> None:
    """Put bytes under a key that is new, for as long as the transaction is not rolled back.

    Raises StoreDown.
    """
    db.session().info.setdefault("stored", []).append((files, key))
    files.put(key, data, mime)


def forget_after_commit(files: Storage, keys: list[str]) -> None:
    """Take keys out of the store once the transaction is committed."""
    db.session().info.setdefault("unstored", []).append((files, keys))


@contextmanager
def undone_if_refused() -> Iterator[None]:
    """Give the block a savepoint: what it raises undoes its rows, and takes out what it stored."""
    before = len(db.session().info.get("stored", ()))
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except Exception:
        stored = db.session().info.get("stored", [])
        for files, key in stored[before:]:
            _delete(files, [key])
        del stored[before:]
        raise


@event.listens_for(Session, "after_rollback")
def _take_out(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop("unstored", None)
    for files, key in session.info.pop("stored", ()):
        _delete(files, [key])


@event.listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop("stored", None)
    for files, keys in session.info.pop("unstored", ()):
        _delete(files, keys)


def _delete(files: Storage, keys: list[str]) -> None:
    try:
        files.delete(keys)
    except StoreDown as problem:
        log.warning("files left over; they are swept later", count=len(keys), error=str(problem))
