"""Ways into what is old: the months that have posts, the terms that have pages, related posts."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import column, func, select, union_all, values
from sqlalchemy.orm import aliased

from portal.content.listing import edge
from portal.content.pages import Page, Revision
from portal.content.reading import Link, listed
from portal.content.terms import PageTerm, Term
from tenants.db import UtcDateTime, db

MOST_MONTHS = 2400
MOST_TERMS = 1000
RELATED = 3
LOOKED_AT = 50
MOST_SHARED = 10


def months_with_posts(account_id: uuid.UUID, zone: ZoneInfo) -> list[datetime]:
    """Return the first moments of the months that have posts, the newest first.

    Months are those of the zone; at most the newest `MOST_MONTHS` of the calendar are looked at,
    each through an index. Three statements.
    """
    newest = edge(account_id)
    oldest = edge(account_id, since=datetime(1, 1, 2, tzinfo=UTC))
    if newest is None or oldest is None:
        return []
    starts = _starts(oldest.astimezone(zone), newest.astimezone(zone))
    spans = [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in pairwise(starts)]
    months = values(
        column("since", UtcDateTime()), column("until", UtcDateTime()), name="months"
    ).data(spans).cte()  # fmt: skip
    has_one = select(Page.id).where(
        *listed(account_id), Page.type == "post", Page.published_at >= months.c.since,
        Page.published_at < months.c.until,
    )  # fmt: skip
    query = select(months.c.since).where(has_one.exists()).order_by(months.c.since.desc())
    return [moment.astimezone(zone) for moment in db.session.scalars(query)]


def _starts(first: datetime, last: datetime) -> list[datetime]:
    """Return the months' first moments from before `first` to after `last`."""
    end = last.year * 12 + last.month
    begin = max(first.year * 12 + first.month - 1, end - MOST_MONTHS)
    return [datetime(n // 12, n % 12 + 1, 1, tzinfo=first.tzinfo) for n in range(begin, end + 1)]


def terms_with_pages(
    account_id: uuid.UUID, taxonomy: Literal["tag", "category"], after: str = ""
) -> tuple[list[Term], str]:
    """Return the tags or categories under which every reader finds something, by slug.

    At most `MOST_TERMS`, from the slug `after` on, and the slug from which there are more, empty
    where there are none. One statement, which walks the index of slugs.
    """
    filed = (
        select(PageTerm.page_id)
        .join(Page, Page.id == PageTerm.page_id)
        .where(PageTerm.term_id == Term.id, *listed(account_id))
    )
    query = select(Term).where(
        Term.account_id == account_id, Term.taxonomy == taxonomy, Term.merged_into_id.is_(None),
        filed.exists(),
    )  # fmt: skip
    query = query.where(Term.slug > after) if after else query
    rows = db.session.scalars(query.order_by(Term.slug).limit(MOST_TERMS + 1)).all()
    found = list(rows[:MOST_TERMS])
    return found, found[-1].slug if len(rows) > MOST_TERMS else ""


def related_to(page: Page, terms: Sequence[Term]) -> list[Link]:
    """Return the posts that share most of some terms with a page, the newest first among equals.

    Of each term only the `LOOKED_AT` posts made last count, so that a term with very many costs no
    more than others. One statement, none without terms.
    """
    if not terms:
        return []
    shared = union_all(*(_latest(term) for term in terms[:MOST_SHARED])).subquery()
    query = (
        select(Page.address, Revision.title)
        .join(shared, shared.c.page_id == Page.id)
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(Page.account_id == page.account_id, Page.id != page.id)
        .group_by(Page.id, Page.address, Page.published_at, Revision.title)
        .order_by(func.count().desc(), Page.published_at.desc(), Page.id.desc())
        .limit(RELATED)
    )
    return [Link(row.title, row.address) for row in db.session.execute(query)]


def _latest(term: Term) -> Any:
    filed, seen = aliased(PageTerm), aliased(Page)
    latest = (
        select(filed.page_id)
        .join(seen, seen.id == filed.page_id)
        .where(filed.term_id == term.id, seen.type == "post", *listed(term.account_id, of=seen))
        .order_by(filed.page_id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    return select(latest.c.page_id)
