"""Trying a change out: it is really made, looked at, and rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

from tenants.db import db
from tenants.engines import writing
from tenants.scope import across_tenants

__all__ = ["trial"]


@contextmanager
def trial() -> Iterator[None]:
    """Run the block in a transaction of its own over every tenant that is always rolled back.

    Inside, `db.session` is that transaction's, so that the same actions run as for real and the
    same questions can be asked of what they come to. The session outside must hold nothing
    unsaved; its transaction is ended, since SQLite has one writer at a time.
    """
    outside = db.session()
    if outside.new or outside.dirty or outside.deleted:
        raise RuntimeError("Save or drop what is pending before something is tried out.")
    outside.rollback()
    registry = db.session.registry
    registry.set(db.session.session_factory())
    try:
        with writing(), across_tenants("a change is tried out"):
            yield
    finally:
        db.session().close()
        registry.set(outside)
