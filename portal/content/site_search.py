"""Search for readers: in what is live and for everybody, and in nothing else."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.content import places
from portal.content.listing import WINDOW
from portal.content.live_words import live_with
from portal.content.pages import Page, Revision
from portal.content.places import Place
from portal.content.reading import listed
from portal.content.search_index import plain, words_in
from portal.content.searching import snippet
from tenants.db import db

LONGEST = 100
LOOKED_AT = 20_000


@dataclass(frozen=True)
class Found:
    """A live page with all the words. `snippet` is in parts, each with whether it was asked for."""

    title: str
    address: str
    snippet: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Hits:
    """A window of what was found, the newest first, and the place from which there is more."""

    found: tuple[Found, ...] = ()
    older: Place | None = None


def search_site(
    text: str, account_id: uuid.UUID, tenant_id: uuid.UUID, before: Place | None = None
) -> Hits:
    """Return a window of the account's pages whose live text begins words with all those asked.

    One statement. How many there are in all is not counted.
    """
    fitting = live_with(text[:LONGEST], account_id, tenant_id)
    if fitting is None:
        return Hits()
    query = (
        select(Page.id, Page.address, Page.published_at, Revision.title, Revision.excerpt,
               func.substr(Revision.body, 1, LOOKED_AT).label("start"))
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(*listed(account_id), fitting)
        .order_by(Page.published_at.desc(), Page.id.desc())
        .limit(WINDOW + 1)
    )  # fmt: skip
    if before is not None:
        query = query.where(places.column() < before.value)
    rows = db.session.execute(query).all()
    words = words_in(text[:LONGEST])
    shown = tuple(
        Found(row.title, row.address, snippet(f"{row.excerpt} {plain(row.start)}".strip(), words))
        for row in rows[:WINDOW]
    )
    last = rows[WINDOW - 1] if len(rows) > WINDOW else None
    return Hits(shown, Place(last.published_at, last.id) if last else None)
