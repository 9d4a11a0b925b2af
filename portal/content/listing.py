"""Lists of what readers may see, newest first, a window at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, func, select

from portal.content import places
from portal.content.pages import Page, Revision
from portal.content.places import Place
from portal.content.reading import listed, updated_at
from portal.content.teasers import READ, teaser
from portal.content.terms import PageTerm, Term
from tenants.db import db

WINDOW = 10

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Entry:
    """A live page as lists and feeds tell of it."""

    id: uuid.UUID
    title: str
    address: str
    published_at: datetime
    updated_at: datetime
    byline: str
    excerpt: str
    body: str = ""

    @property
    def place(self) -> Place:
        """Return where it stands in its list."""
        return Place(self.published_at, self.id)


@dataclass(frozen=True)
class Window:
    """A part of a list, and the places from which the parts around it can be asked for."""

    entries: tuple[Entry, ...]
    newer: Place | None = None
    older: Place | None = None


@dataclass(frozen=True)
class Where:
    """Which part of a list is wanted: right before a place, right after one, or the newest."""

    before: Place | None = None
    after: Place | None = None


def posts(account_id: uuid.UUID, where: Where, size: int = WINDOW) -> Window:
    """Return a window of the site's posts. One statement."""
    return window_of([*listed(account_id), Page.type == "post"], where, size)


def posts_between(account_id: uuid.UUID, since: datetime, until: datetime, where: Where) -> Window:
    """Return a window of the posts of a stretch of time, `until` left out. One statement."""
    stretch = (Page.type == "post", Page.published_at >= since, Page.published_at < until)
    return window_of([*listed(account_id), *stretch], where)


def under_term(term: Term, where: Where) -> Window:
    """Return a window of the pages and posts under a tag or category. One statement."""
    return window_of([*listed(term.account_id), stands_under(term)], where)


def stands_under(term: Term) -> ColumnElement[bool]:
    """Return the condition that a live page stands under a tag or category."""
    return Page.id.in_(select(PageTerm.page_id).where(PageTerm.term_id == term.id))


def term_at(account_id: uuid.UUID, taxonomy: Literal["tag", "category"], slug: str) -> Term | None:
    """Return the account's tag or category with this slug, or None."""
    return db.session.scalar(
        select(Term).where(
            Term.account_id == account_id, Term.taxonomy == taxonomy, Term.slug == slug
        )
    )


def term_merged_into(term: Term) -> Term | None:
    """Return the term that another was merged into, or None."""
    return db.session.scalar(
        select(Term).where(Term.account_id == term.account_id, Term.id == term.merged_into_id)
    )


def edge(account_id: uuid.UUID, *, before: datetime | None = None,
         since: datetime | None = None) -> datetime | None:  # fmt: skip
    """Return the moment of the last post before a moment, or of the first since one."""
    query = select(Page.published_at).where(*listed(account_id), Page.type == "post")
    if since is not None:
        query = query.where(Page.published_at >= since).order_by(Page.published_at)
    else:
        query = query.order_by(Page.published_at.desc())
        query = query.where(Page.published_at < before) if before is not None else query
    return db.session.scalar(query.limit(1))


def entries(conditions: Conditions) -> Select[Any]:
    """Return the statement for the rows that `entry_of` makes entries of."""
    return (
        select(
            Page.id, Page.address, Page.published_at,
            Revision.title, Revision.byline, Revision.excerpt, Revision.created_at,
            func.substr(Revision.body, 1, READ).label("start")
        )
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*conditions)
    )  # fmt: skip


def window_of(conditions: Conditions, where: Where, size: int = WINDOW) -> Window:
    """Return a window of the pages that the conditions hold for. One statement."""
    query = entries(conditions).limit(size + 1)
    if where.after is not None:
        query = query.where(places.column() > where.after.value)
        query = query.order_by(Page.published_at, Page.id)
    else:
        if where.before is not None:
            query = query.where(places.column() < where.before.value)
        query = query.order_by(Page.published_at.desc(), Page.id.desc())
    rows = db.session.execute(query).all()
    found = [entry_of(row) for row in rows[:size]]
    return _around(found, where, more=len(rows) > size)


def _around(found: list[Entry], where: Where, *, more: bool) -> Window:
    if not found:
        return Window(())
    if where.after is not None:
        found.reverse()
        return Window(tuple(found), found[0].place if more else None, found[-1].place)
    newer = found[0].place if where.before is not None else None
    return Window(tuple(found), newer, found[-1].place if more else None)


def entry_of(row: Row[Any], body: str = "") -> Entry:
    """Return a row of `entries` as an entry."""
    return Entry(
        id=row.id,
        title=row.title,
        address=row.address,
        published_at=row.published_at,
        updated_at=updated_at(row.published_at, row.created_at),
        byline=row.byline,
        excerpt=row.excerpt or teaser(row.start),
        body=body,
    )
