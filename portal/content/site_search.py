"""Search for readers: in what is live and for everybody, and in nothing else.

Of what is found the newest `RANKED` are put in order, see `site_ranking`. The rest follows by time.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from portal.content import places
from portal.content.listing import WINDOW
from portal.content.live_words import live_with
from portal.content.pages import Page, Revision
from portal.content.places import Place
from portal.content.reading import listed
from portal.content.search_index import plain, words_in
from portal.content.searching import snippet
from portal.content.site_ranking import Further, Ranked, in_order, rank_of
from tenants.db import db

LONGEST = 100
LOOKED_AT = 20_000
RANKED = 1_000
"""A multiple of WINDOW."""
TITLE = 300
"""Characters of a title that are looked at."""


@dataclass(frozen=True)
class Found:
    """A live page with all the words. `snippet` is in parts, each with whether it was asked for."""

    title: str
    address: str
    snippet: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Hits:
    """A window of what was found, the best first, and the place from which there is more."""

    found: tuple[Found, ...] = ()
    older: Further | Place | None = None


@dataclass(frozen=True)
class _Asked:
    """What is looked for, as words and as a condition, among which conditions of being seen."""

    words: list[str]
    where: Sequence[ColumnElement[bool]]


def search_site(
    text: str, account_id: uuid.UUID, tenant_id: uuid.UUID, before: Further | Place | None = None
) -> Hits:
    """Return a window of the account's pages whose live text begins words with all those asked.

    Two statements. How many there are in all is not counted.
    """
    fitting = live_with(text[:LONGEST], account_id, tenant_id)
    if fitting is None:
        return Hits()
    asked = _Asked(words_in(text[:LONGEST]), [*listed(account_id), fitting])
    shown, older = _best(asked, before) if not isinstance(before, Place) else ([], before)
    if not shown and isinstance(older, Place):
        shown, older = _by_time(asked, older)
    return Hits(_told(shown, asked, account_id), older)


def _best(asked: _Asked, after: Further | None) -> tuple[list[Ranked], Further | Place | None]:
    """Return the next of the ranked. What comes live or goes meanwhile moves nothing of the rest:
    what is not older than `oldest` stays ranked, though it may be some more by now.
    """
    if after is None:
        found = _newest(asked, RANKED + 1)
        oldest = found[RANKED - 1].place if len(found) > RANKED else None
        found = found[:RANKED]
    else:
        oldest = after.oldest
        since = [places.column() >= oldest.value] if oldest else []
        found = _newest(asked, 2 * RANKED, *since)
    ranked = in_order(found, after)
    shown = ranked[:WINDOW]
    if len(ranked) > WINDOW:
        return shown, Further(shown[-1], oldest)
    return shown, oldest


def _by_time(asked: _Asked, before: Place) -> tuple[list[Ranked], Place | None]:
    found = _newest(asked, WINDOW + 1, places.column() < before.value)
    return found[:WINDOW], found[WINDOW - 1].place if len(found) > WINDOW else None


def _newest(asked: _Asked, most: int, *more: ColumnElement[bool]) -> list[Ranked]:
    query = (
        select(Page.id, Page.published_at, func.substr(Revision.title, 1, TITLE).label("title"))
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*asked.where, *more)
        .order_by(Page.published_at.desc(), Page.id.desc())
        .limit(most)
    )
    rows = db.session.execute(query).all()
    return [Ranked(rank_of(row.title, asked.words), row.published_at, row.id) for row in rows]


def _told(shown: list[Ranked], asked: _Asked, account_id: uuid.UUID) -> tuple[Found, ...]:
    query = (
        select(Page.id, Page.address, Revision.title, Revision.excerpt,
               func.substr(Revision.body, 1, LOOKED_AT).label("start"))
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*listed(account_id), Page.id.in_([each.id for each in shown]))
    )  # fmt: skip
    rows = {row.id: row for row in db.session.execute(query)} if shown else {}
    return tuple(
        Found(row.title, row.address,
              snippet(f"{row.excerpt} {plain(row.start)}".strip(), asked.words))
        for each in shown
        if (row := rows.get(each.id)) is not None
    )  # fmt: skip
