"""What search engines may list of a site: all at once, or in parts when it is much.

A page begins a part by its own id alone, one of about a thousand does. So parts are found without
counting what stands before them, each costs the same, and one stays what it is while pages of the
others come and go. An index holds the pages that begin one.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, select, tuple_

from portal.content.pages import Page, Revision, begins_part
from portal.content.reading import listed, updated_at
from tenants.db import UtcDateTime, db

WHOLE = 5_000
"""Up to so many pages are told at once."""
MOST = 20_000
"""Addresses in an answer, far below the 50,000 and the 50 MB that search engines read.

A part has that many once in hundreds of millions; what is beyond is left out of it.
"""
MOST_PARTS = 49_999

Key = tuple[str, datetime, uuid.UUID]


@dataclass(frozen=True)
class Place:
    """A page as a sitemap names it."""

    id: uuid.UUID
    address: str
    changed: datetime


def is_told_at_once(account_id: uuid.UUID) -> bool:
    """Tell whether a site is small enough for one answer. One statement, on so many pages."""
    some = select(Page.id).where(*listed(account_id)).limit(WHOLE + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) <= WHOLE


def starts_of_parts(account_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the pages that begin the parts after the first, in order. One statement."""
    query = select(Page.id).where(*listed(account_id), begins_part())
    return list(db.session.scalars(query.order_by(*_columns()).limit(MOST_PARTS)))


def all_places(account_id: uuid.UUID) -> list[Place]:
    """Return all there is to list of a small site, what is new late. One statement."""
    return _places(_query(account_id))


def places_from(account_id: uuid.UUID, start: uuid.UUID | None) -> list[Place] | None:
    """Return the part that a page begins, the first for no page; None where none begins.

    In an order in which what is new comes late, of each type of content. Pages that ask search
    engines not to list them are left out. Three statements.
    """
    begins = _key_of(account_id, start) if start else None
    if start and begins is None:
        return None
    ends, query = _next_after(account_id, begins), _query(account_id)
    if begins is not None:
        query = query.where(tuple_(*_columns()) >= _value(begins))
    if ends is not None:
        query = query.where(tuple_(*_columns()) < _value(ends))
    return _places(query)


def _columns() -> tuple[Any, ...]:
    return Page.type, Page.published_at, Page.id


def _value(key: Key) -> Any:
    kind, at, page_id = key
    return tuple_(literal(kind), literal(at, UtcDateTime()), literal(page_id))


def _key_of(account_id: uuid.UUID, start: uuid.UUID) -> Key | None:
    query = select(*_columns()).where(*listed(account_id), begins_part(), Page.id == start)
    found = db.session.execute(query).first()
    return (found[0], found[1], found[2]) if found else None


def _next_after(account_id: uuid.UUID, begins: Key | None) -> Key | None:
    query = select(*_columns()).where(*listed(account_id), begins_part())
    if begins is not None:
        query = query.where(tuple_(*_columns()) > _value(begins))
    found = db.session.execute(query.order_by(*_columns()).limit(1)).first()
    return (found[0], found[1], found[2]) if found else None


def _query(account_id: uuid.UUID) -> Any:
    return (
        select(Page.id, Page.address, Page.published_at, Revision.created_at,
               _hidden().label("hidden"))
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*listed(account_id))
        .order_by(*_columns())
        .limit(MOST)
    )  # fmt: skip


def _places(query: Any) -> list[Place]:
    return [
        Place(row.id, row.address, updated_at(row.published_at, row.created_at))
        for row in db.session.execute(query).all()
        if not row.hidden
    ]


def _hidden() -> ColumnElement[bool]:
    asked = Revision.fields["seo"]["noindex"].as_string()  # PostgreSQL says true, SQLite 1
    return func.coalesce(cast(asked, String), "").in_(["true", "1"])
