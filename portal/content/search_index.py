"""The words of pages, and finding pages by them: the one place that knows each database.

`page_words` holds the words of each page's draft, written with the draft. Triggers carry each row
into `search_index` (see `tenants.ddl_search`): FTS5 on SQLite, on PostgreSQL a tsvector with a GIN
index. So the index changes in the transaction of the text, whoever writes it. Every question goes
through `page_words`, which has the scope of all tenants' rows; the index is never asked alone.
"""

import html
import re
import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Identity,
    Select,
    TableClause,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    cast,
    column,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.fields import texts_in
from portal.content.pages import Page, Revision
from tenants.db import Base, db, new_id
from tenants.prepared import by_key
from tenants.scope import TenantScoped

LAST_SIGMA, SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"
LONGEST = 100_000
WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")
INDEX = table("search_index", column("rowid"), column("search_index"), column("words"))


class PageWords(TenantScoped, Base):
    """The words of a page's draft, in lower case. `number` is what the index knows it by."""

    __tablename__ = "page_words"
    __table_args__ = (
        UniqueConstraint("page_id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
    )

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    # By the sentinel many rows go into one INSERT; the default, which it asks for, is never used.
    page_id: Mapped[uuid.UUID] = mapped_column(insert_sentinel=True, default=new_id)
    words: Mapped[str] = mapped_column(Text)


_CHANGE = by_key(
    update(PageWords)
    .where(PageWords.page_id == bindparam("of_page", type_=Uuid()))
    .values(words=bindparam("said"))
    .execution_options(synchronize_session=False)
)


def plain(markup: str) -> str:
    """Return the text of cleaned HTML, on one line."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def words_in(text: str) -> list[str]:
    """Return the words of a text as the index keeps them."""
    return _WORD.findall(in_lower_case(unicodedata.normalize("NFKC", text)))


def in_lower_case(text: str) -> str:
    """Return a text in lower case, which has one sigma: its form at a word's end is no letter more.

    Who types the beginning of a word has that form where the whole word has the other.
    """
    return text.lower().replace(LAST_SIGMA, SIGMA)


def words_of(parts: Iterable[str]) -> str:
    """Return what the index keeps of some texts."""
    return " ".join(words_in(" ".join(parts)))[:LONGEST]


def index_page(page: Page, revision: Revision) -> None:
    """Let a page be found by the words of a revision. One statement, in the open transaction."""
    if revision.number > 1:
        said = {"of_page": page.id, "said": said_in(revision)}
        done: Any = db.session.execute(_CHANGE, said)
        if done.rowcount:
            return
    index_new([(page, revision)])


def index_new(written: Iterable[tuple[Page, Revision]]) -> None:
    """Let new pages be found by the words of their revisions. One statement for all of them."""
    db.session.add_all(
        PageWords(tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
                  words=said_in(revision))
        for page, revision in written
    )  # fmt: skip


def said_in(revision: Revision) -> str:
    """Return the words of a revision as an index keeps them."""
    texts = [revision.title, revision.excerpt, revision.byline, revision.slug]
    return words_of([*texts, plain(revision.body), *map(plain, texts_in(revision.fields))])


def having(query: str, tenant_id: uuid.UUID) -> ColumnElement[bool] | None:
    """Return the condition that a page's words begin with all of those asked; None for no words.

    To be used in a statement on `PageWords`, which brings the scope.
    """
    asked = words_in(query)[:WORDS]
    if not asked:
        return None
    return PageWords.number.in_(matching(INDEX, asked, f'tenant_id : "{tenant_id.hex}"'))


def matching(index: TableClause, asked: list[str], own: str) -> Select[Any]:
    """Return the statement for the numbers under which an index knows texts with all the words.

    `own` narrows it on SQLite, which has no row security. For statements on the table of the words.
    """
    rowid: Column[Any] = index.c.rowid  # type: ignore[assignment]  # a column of a bare table
    if db.session.get_bind().dialect.name == "postgresql":
        wanted = " & ".join(f"'{word}':*" for word in asked)
        return select(rowid).where(index.c.words.op("@@")(cast(wanted, TSQUERY)))
    words = " AND ".join(f'words : "{word}"*' for word in asked)
    whole: Column[Any] = index.c[index.name]  # type: ignore[assignment]  # FTS5's own column
    return select(rowid).where(whole.op("MATCH")(f"{own} AND {words}"))
