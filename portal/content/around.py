"""What stands around a live page: the pages above and below, the posts before and after."""

import uuid
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Uuid,
    bindparam,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from portal.content import places
from portal.content.pages import Page, Revision, stands_on_top
from portal.content.reading import Link, link, link_query, of_readers
from tenants.db import UtcDateTime, db
from tenants.prepared import by_key, cut

FAMILY_LIMIT = 60
LOOKED_AT = 200
_ACCOUNT, _NOW = bindparam("of_account", type_=Uuid()), bindparam("of_now", type_=UtcDateTime())
_PAGE, _SINCE = bindparam("of_page", type_=Uuid()), bindparam("of_since", type_=UtcDateTime())


def top_pages(account_id: uuid.UUID, limit: int) -> list[Link]:
    """Return the site's first live pages that stand below no other, by position, then by title.

    Of pages without end at the same position only the `LOOKED_AT` made first that are for everybody
    are put in order. Those with a password or for members are not come by.
    """
    rows = db.session.execute(_top_pages(limit), of_readers(account_id))
    return [link(row) for row in rows]


@cache
def _top_pages(limit: int) -> Any:
    first = select(Page.id, Page.address, Page.position, Page.published_at, Page.live_revision_id)
    first = first.where(Page.account_id == _ACCOUNT, *stands_on_top())
    walked = cut(first.order_by(Page.position, Page.id), LOOKED_AT).subquery()
    query = (
        select(walked.c.id, walked.c.address, Revision.title)
        .join(Revision, Revision.id == walked.c.live_revision_id)
        .where(walked.c.address.is_not(None), walked.c.published_at <= _NOW)
        .order_by(walked.c.position, Revision.title, walked.c.id)
    )
    return by_key(cut(query, limit))


def family_of(page: Page) -> tuple[Link | None, list[Link]]:
    """Return the live page above and the live pages right below. One statement."""
    asked = {**of_readers(page.account_id), "of_page": page.id, "of_above": page.parent_id}
    rows = db.session.execute(_family_of(), asked).all()
    above = next((link(row) for row in rows if row.id == page.parent_id), None)
    return above, [link(row) for row in rows if row.id != page.parent_id]


@cache
def _family_of() -> Any:
    above = bindparam("of_above", type_=Uuid())
    query = link_query().where(or_(Page.id == above, Page.parent_id == _PAGE))
    return by_key(cut(query.order_by(Page.position, Revision.title, Page.id), FAMILY_LIMIT))


def neighbours_of(page: Page) -> tuple[Link | None, Link | None]:
    """Return the live posts right before and right after this one in time. One statement."""
    if page.published_at is None:
        return None, None
    asked = {**of_readers(page.account_id), "of_since": page.published_at, "of_page": page.id}
    found = {row.side: link(row) for row in db.session.execute(_neighbours(), asked)}
    return found.get("older"), found.get("newer")


@cache
def _neighbours() -> Any:
    here, there = tuple_(_SINCE, _PAGE), places.column()
    older = _beside("older", there < here, Page.published_at.desc(), Page.id.desc())
    newer = _beside("newer", there > here, Page.published_at, Page.id)
    return by_key(union_all(older, newer))  # each is one step along the index of what is live


def _beside(side: str, condition: ColumnElement[bool], *order: Any) -> Any:
    posts = link_query().add_columns(literal(side).label("side"))
    found = cut(posts.where(Page.type == "post", condition).order_by(*order), 1).subquery()
    return select(found.c.address, found.c.title, found.c.side)
