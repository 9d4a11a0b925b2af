"""What feeds and sitemaps are made of: what every reader may see, and nothing else."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, case, cast, func, select

from portal.content.listing import Entry, entries, entry_of, stands_under
from portal.content.pages import Page, Revision
from portal.content.reading import listed, updated_at
from portal.content.terms import PageTerm, Term
from tenants.db import db

FEED_BODY = 200_000
PART = 5_000
"""Addresses in a part of a sitemap: far below the 50,000 and the 50 MB that search engines read."""


@dataclass(frozen=True)
class Place:
    """A page as a sitemap names it."""

    id: uuid.UUID
    address: str
    changed: datetime


def newest_with_bodies(
    account_id: uuid.UUID, size: int, term: Term | None = None
) -> tuple[Entry, ...]:
    """Return the newest posts for a feed, of a term also pages. One statement.

    A body above `FEED_BODY` characters is left out.
    """
    body = case((func.length(Revision.body) <= FEED_BODY, Revision.body), else_="").label("body")
    which = stands_under(term) if term else Page.type == "post"
    query = entries([*listed(account_id), which]).add_columns(body)
    query = query.order_by(Page.published_at.desc(), Page.id.desc()).limit(size)
    return tuple(entry_of(row, row.body) for row in db.session.execute(query).all())


def terms_by_page(
    account_id: uuid.UUID, page_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Term]]:
    """Return what live pages stand under, by name. One statement."""
    query = (
        select(PageTerm.page_id, Term)
        .join(Term, Term.id == PageTerm.term_id)
        .where(PageTerm.account_id == account_id, PageTerm.page_id.in_(page_ids))
        .order_by(Term.name, Term.id)
    )
    found: dict[uuid.UUID, list[Term]] = {}
    for page_id, term in db.session.execute(query):
        found.setdefault(page_id, []).append(term)
    return found


def count_in_sitemap(account_id: uuid.UUID) -> int:
    """Return how many pages stand in the parts of the sitemap, those not to be listed counted."""
    return db.session.scalar(select(func.count(Page.id)).where(*listed(account_id))) or 0


def sitemap_part(account_id: uuid.UUID, number: int) -> list[Place] | None:
    """Return a part of what search engines may list, the first being 0; None beyond the last.

    In an order in which what is new comes late, so that parts stay what they were. Pages that ask
    search engines not to list them are left out of theirs. One statement: what stands before the
    part is passed by in the order of an index, without its texts.
    """
    part = select(Page.id, Page.type, Page.published_at).where(*listed(account_id))
    part = part.order_by(Page.type, Page.published_at, Page.id)
    asked = part.offset(number * PART).limit(PART).subquery()
    query = (
        select(Page.id, Page.address, Page.published_at, Revision.created_at,
               _hidden().label("hidden"))
        .join(asked, asked.c.id == Page.id)
        .join(Revision, Revision.id == Page.live_revision_id)
        .order_by(asked.c.type, asked.c.published_at, asked.c.id)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    found = [Place(row.id, row.address, updated_at(row.published_at, row.created_at))
             for row in rows if not row.hidden]  # fmt: skip
    return found if rows or not number else None


def _hidden() -> ColumnElement[bool]:
    asked = Revision.fields["seo"]["noindex"].as_string()  # PostgreSQL says true, SQLite 1
    return func.coalesce(cast(asked, String), "").in_(["true", "1"])
