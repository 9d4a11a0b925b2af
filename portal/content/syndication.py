"""What feeds are made of: what every reader may see, and nothing else."""

import uuid
from collections.abc import Collection

from sqlalchemy import case, func, select

from portal.content.listing import Entry, entries, entry_of, stands_under
from portal.content.pages import Page, Revision
from portal.content.reading import listed
from portal.content.terms import PageTerm, Term
from tenants.db import db

FEED_BODY = 200_000


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
