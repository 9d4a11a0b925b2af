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
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    Uuid,
    and_,
    bindparam,
    select,
)

from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision
from portal.content.sites import Redirect
from portal.content.terms import Term, meant_by
from tenants.clock import now
from tenants.db import UtcDateTime, db
from tenants.prepared import by_key

_ACCOUNT, _NOW = bindparam("of_account", type_=Uuid()), bindparam("of_now", type_=UtcDateTime())
_IDS: Any = bindparam("of_ids", type_=Uuid(), expanding=True)
"""What statements are given that are made once: making one costs as much as running it."""


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
    account_id: Any, at: Any = None, of: type[Page] = Page
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of being seen by readers at a moment: live, and not in the future.

    Account and moment (UTC, else this one) are values or parameters.
    """
    return (
        of.account_id == account_id,
        of.live_revision_id.is_not(None),
        of.address.is_not(None),
        of.published_at <= (now() if at is None else at),
    )


def listed(
    account_id: Any, at: Any = None, of: type[Page] = Page
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of being told of to everybody: visible, open, and for everybody."""
    return (*visible(account_id, at, of), *is_open(of))


def is_open(of: type[Page] = Page) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a page that asks nothing of who reads it."""
    return of.access_password_hash.is_(None), of.for_members.is_(False)


def live_page_at(account_id: uuid.UUID, address: str) -> tuple[Page, Revision] | None:
    """Return what readers see at an address, or None. One statement."""
    asked = {**of_readers(account_id), "of_address": address}
    found = db.session.execute(_live_page_at(), asked).first()
    return (found[0], found[1]) if found else None


@cache
def _live_page_at() -> Any:
    query = select(Page, Revision).join(Revision, Revision.id == Page.live_revision_id)
    at = Page.address == bindparam("of_address", type_=String())
    return by_key(query.where(*visible(_ACCOUNT, _NOW), at))


def of_readers(account_id: uuid.UUID) -> dict[str, Any]:
    """Return what `link_query` and its like are given: whose pages, and that it is now."""
    return {"of_account": account_id, "of_now": now()}


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
    query = link_query().where(Page.address.in_(addresses))
    return [link(row) for row in db.session.execute(query, of_readers(account_id))]


def links_by_id(account_id: uuid.UUID, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Link]:
    """Return those of the pages that are live, by id, those not listed too. One statement."""
    rows = db.session.execute(_links_by_id(), {**of_readers(account_id), "of_ids": list(ids)}).all()
    return {row.id: Link(row.title, row.address, bool(row.listed)) for row in rows}


@cache
def _links_by_id() -> Any:
    query = (
        select(Page.id, Page.address, Revision.title, and_(*is_open()).label("listed"))
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*visible(_ACCOUNT, _NOW), Page.id.in_(_IDS))
    )
    return by_key(query)


def terms_of(revision: Revision) -> list[Term]:
    """Return the categories and tags a revision stands under, by name. One statement."""
    ids = [found for found in map(_uuid, revision.term_ids) if found]
    return sorted(meant_by(revision.account_id, ids), key=lambda term: term.taxonomy)


def updated_at(published_at: datetime, revision_created_at: datetime) -> datetime:
    """Return when the text readers see last changed, as far as rows tell."""
    return max(published_at, revision_created_at)


def link_query() -> Any:
    """Return the statement of listed pages: id, address, live title. Give it `of_readers`."""
    return (
        select(Page.id, Page.address, Revision.title)
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*listed(_ACCOUNT, _NOW))
    )


def link(row: Row[Any]) -> Link:
    """Return a row of `link_query` as a link."""
    return Link(row.title, row.address)


def _uuid(text: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
