"""What readers may see of a site: every query here, and in `listing`, begins with `visible`.

What every reader may read is `listed`. What asks for a password, or is for members, is visible at
its own address only; no list, count or neighbour tells of it.
Titles and texts come from the live revision, never from the page's own columns, which already
follow the draft. Called inside a scope; the number of statements never depends on the data.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, or_, select

from portal.content import places
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision
from portal.content.places import Place
from portal.content.sites import Redirect
from portal.content.terms import Term, meant_by
from tenants.clock import now
from tenants.db import db

FAMILY_LIMIT = 60


@dataclass(frozen=True)
class Link:
    """A live page somebody can go to. Not `listed`: only who names it may tell that it is there."""

    title: str
    address: str
    listed: bool = True


@dataclass(frozen=True)
class Moved:
    """The address held a page that readers now find at `address`."""

    address: str


@dataclass(frozen=True)
class Gone:
    """The address held a page that was taken offline."""


def visible(
    account_id: uuid.UUID, at: datetime | None = None, of: type[Page] = Page
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of being seen by readers at a moment: live, and not in the future."""
    return (
        of.account_id == account_id,
        of.live_revision_id.is_not(None),
        of.address.is_not(None),
        of.published_at <= (at or now()),
    )


def listed(
    account_id: uuid.UUID, at: datetime | None = None, of: type[Page] = Page
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of being told of to everybody: visible, open, and for everybody."""
    return (*visible(account_id, at, of), *is_open(of))


def is_open(of: type[Page] = Page) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a page that asks nothing of who reads it."""
    return of.access_password_hash.is_(None), of.for_members.is_(False)


def live_page_at(account_id: uuid.UUID, address: str) -> tuple[Page, Revision] | None:
    """Return what readers see at an address, or None. One statement."""
    found = db.session.execute(
        select(Page, Revision)
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*visible(account_id), Page.address == address)
    ).first()
    return (found[0], found[1]) if found else None


def newest_page(account_id: uuid.UUID) -> tuple[Page, Revision] | None:
    """Return what everybody can read that went live last, or None. One statement."""
    found = db.session.execute(
        select(Page, Revision)
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*listed(account_id))
        .order_by(Page.published_at.desc(), Page.id.desc())
        .limit(1)
    ).first()
    return (found[0], found[1]) if found else None


def fate_of(account_id: uuid.UUID, spellings: Collection[str]) -> Moved | Gone | None:
    """Tell what became of the page an address used to hold; None when it never held one.

    `spellings` are the forms the address may have been kept in. An address leads to a page, not to
    another address, so there are no chains to loop. One statement.
    """
    page = db.session.scalar(
        select(Page)
        .join(Redirect, Redirect.page_id == Page.id)
        .where(
            Page.account_id == account_id,
            Redirect.account_id == account_id,
            Redirect.address.in_(spellings),
        )
        .execution_options(**WITH_TRASH)
    )
    if page is None:
        return None
    if page.live_revision_id is None:
        return Gone() if page.unpublished_at else None
    seen = page.published_at is not None and page.published_at <= now()
    if not seen or page.address is None or page.address in spellings:
        return None
    return Moved(page.address)


def links_to(account_id: uuid.UUID, addresses: Collection[str]) -> list[Link]:
    """Return those of the addresses that hold a live page."""
    return _links(_link_query(account_id).where(Page.address.in_(addresses)))


def links_by_id(account_id: uuid.UUID, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Link]:
    """Return those of the pages that are live, by id, those not listed too. One statement."""
    query = (
        select(Page.id, Page.address, Revision.title, and_(*is_open()).label("listed"))
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*visible(account_id), Page.id.in_(ids))
    )
    rows = db.session.execute(query).all()
    return {row.id: Link(row.title, row.address, bool(row.listed)) for row in rows}


def top_pages(account_id: uuid.UUID, limit: int) -> list[Link]:
    """Return the site's first live pages that stand below no other."""
    query = _link_query(account_id).where(Page.type == "page", Page.parent_id.is_(None))
    return _links(query.order_by(Page.position, Revision.title, Page.id).limit(limit))


def family_of(page: Page) -> tuple[Link | None, list[Link]]:
    """Return the live page above and the live pages right below. One statement."""
    query = _link_query(page.account_id).where(
        or_(Page.id == page.parent_id, Page.parent_id == page.id)
    )
    query = query.order_by(Page.position, Revision.title, Page.id).limit(FAMILY_LIMIT)
    rows = db.session.execute(query).all()
    above = next((_link(row) for row in rows if row.id == page.parent_id), None)
    return above, [_link(row) for row in rows if row.id != page.parent_id]


def neighbours_of(page: Page) -> tuple[Link | None, Link | None]:
    """Return the live posts right before and right after this one in time. Two statements."""
    if page.published_at is None:
        return None, None
    here = Place(page.published_at, page.id)
    return _neighbour(page, here, "older"), _neighbour(page, here, "newer")


def terms_of(revision: Revision) -> list[Term]:
    """Return the tags and categories a revision stands under, by name. One statement."""
    ids = [found for found in map(_uuid, revision.term_ids) if found]
    if not ids:
        return []
    return list(
        db.session.scalars(
            meant_by(revision.account_id, ids).order_by(Term.taxonomy, Term.name, Term.id)
        )
    )


def updated_at(published_at: datetime, revision_created_at: datetime) -> datetime:
    """Return when the text readers see last changed, as far as rows tell."""
    return max(published_at, revision_created_at)


def _link_query(account_id: uuid.UUID) -> Any:
    return (
        select(Page.id, Page.address, Revision.title)
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*listed(account_id))
    )


def _links(query: Any) -> list[Link]:
    return [_link(row) for row in db.session.execute(query).all()]


def _link(row: Row[Any]) -> Link:
    return Link(row.title, row.address)


def _neighbour(page: Page, here: Place, side: Literal["older", "newer"]) -> Link | None:
    query = _link_query(page.account_id).where(Page.type == "post")
    if side == "older":
        query = query.where(places.column() < here.value)
        query = query.order_by(Page.published_at.desc(), Page.id.desc())
    else:
        query = query.where(places.column() > here.value).order_by(Page.published_at, Page.id)
    row = db.session.execute(query.limit(1)).first()
    return _link(row) if row else None


def _uuid(text: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
