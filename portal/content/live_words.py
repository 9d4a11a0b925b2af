"""The words readers see, and finding live pages by them: never by a draft's.

While a page's draft is what is live, its words are in `page_words` already. Only where the two
differ `live_words` holds the words of the live revision, and names it: a row about another revision
than the live one finds nothing. So publishing the draft writes nothing here, whoever does it.
"""

import uuid
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Identity,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    column,
    delete,
    select,
    table,
    union,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page, Revision
from portal.content.reading import is_open
from portal.content.search_index import INDEX, WORDS, PageWords, matching, said_in, words_in
from tenants.db import Base, db, new_id
from tenants.prepared import by_key
from tenants.scope import TenantScoped

MOST = 5_000
_INDEX = table("live_index", column("rowid"), column("live_index"), column("words"))


class LiveWords(TenantScoped, Base):
    """The words of a revision that is live while the draft says something else."""

    __tablename__ = "live_words"
    __table_args__ = (
        UniqueConstraint("page_id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
    )

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    page_id: Mapped[uuid.UUID] = mapped_column(insert_sentinel=True, default=new_id)
    revision_id: Mapped[uuid.UUID]
    words: Mapped[str] = mapped_column(Text)


_GONE = by_key(
    delete(LiveWords)
    .where(LiveWords.page_id == bindparam("of_page", type_=Uuid()))
    .execution_options(synchronize_session=False)
)


def note_live_words(page: Page, live: Revision) -> None:
    """Let a live page be found by what is live of it while its draft differs. Two statements."""
    db.session.execute(_GONE, {"of_page": page.id})
    db.session.add(
        LiveWords(tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
                  revision_id=live.id, words=said_in(live))
    )  # fmt: skip


def without_words(most: int) -> list[tuple[Page, Revision]]:
    """Return live pages with another draft whose live words are not noted yet. One statement."""
    query = (
        select(Page, Revision)
        .join(Revision, Revision.id == Page.live_revision_id)
        .outerjoin(LiveWords, LiveWords.page_id == Page.id)
        .where(Page.trashed_at.is_(None), Page.live_revision_id != Page.draft_revision_id,
               LiveWords.revision_id.is_distinct_from(Page.live_revision_id))
        .limit(most)
    )  # fmt: skip
    return [(row[0], row[1]) for row in db.session.execute(query)]


def live_with(text: str, account_id: uuid.UUID, tenant_id: uuid.UUID) -> ColumnElement[bool] | None:
    """Return the condition that what is live of a page begins words with all of those asked.

    None when nothing that can be looked for was asked. Of more than `MOST` such pages of the
    account, or `MOST` with another draft, only those made last are meant: a word that stands
    everywhere would cost as much as there is. Pages that ask something of who reads them are not.
    """
    asked = words_in(text)[:WORDS]
    if not asked:
        return None
    drafts = matching(INDEX, asked, f'tenant_id : "{tenant_id.hex}"').subquery()
    same = _latest(PageWords, drafts).where(
        PageWords.account_id == account_id, Page.live_revision_id == Page.draft_revision_id
    )
    own = matching(_INDEX, asked, f'account_id : "{account_id.hex}"').subquery()
    other = _latest(LiveWords, own).where(
        LiveWords.account_id == account_id, LiveWords.revision_id == Page.live_revision_id,
        Page.live_revision_id != Page.draft_revision_id,
    )  # fmt: skip
    parts = (each.limit(MOST).subquery() for each in (same, other))
    return Page.id.in_(union(*(select(part.c.page_id) for part in parts)))


def _latest(words: Any, found: Any) -> Any:
    return (
        select(words.page_id)
        .join(found, found.c.rowid == words.number)
        .join(Page, Page.id == words.page_id)
        .where(*is_open())
        .order_by(found.c.rowid.desc())
    )
