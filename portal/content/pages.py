"""Pages and posts with their immutable revisions."""

import hashlib
import json
import uuid
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.problems import Problem
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.prepared import by_key
from tenants.scope import TenantScoped

Type = str
"""The key of a type of content: `page`, `post`, or one that `content_types` knows."""
State = Literal["draft", "live", "live+draft", "unpublished", "trashed"]


class Page(Keyed, TenantScoped, Audited, Base):
    """A content item. What it says is in its revisions; readers see the live one, if any.

    `address` is where readers find it: set while it is live, unique on the account's site.
    `parent_id` is where readers see it stand; where a draft would put it is in the revision.
    `for_members`: on the site nobody reads it; people who may see the account's pages do, inside.
    In the trash (`trashed_at`) it is out of every list and query, see `out_of_sight`. Purged, only
    the row is left, without a word of it, since texts of others may name it as their parent.
    """

    __listed__ = True
    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("account_id", "address"),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["page.tenant_id", "page.id"]),
        Index("ix_page_live", "account_id", "type", "published_at", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "live_revision_id"],
            ["revision.tenant_id", "revision.id"],
            name="fk_page_live_revision",
            use_alter=True,
        ),
        ForeignKeyConstraint(
            ["tenant_id", "draft_revision_id"],
            ["revision.tenant_id", "revision.id"],
            name="fk_page_draft_revision",
            use_alter=True,
        ),
    )

    # Indexes of their own would repeat the beginnings of those above.
    tenant_id: Mapped[uuid.UUID] = mapped_column()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    type: Mapped[str] = mapped_column(String(48))
    title: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[uuid.UUID | None]
    position: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str | None] = mapped_column(Text)
    live_revision_id: Mapped[uuid.UUID | None]
    draft_revision_id: Mapped[uuid.UUID | None]
    published_at: Mapped[datetime | None]
    unpublished_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    access_password_hash: Mapped[str | None]
    for_members: Mapped[bool] = mapped_column(default=False)
    trashed_at: Mapped[datetime | None]
    trashed_by_label: Mapped[str] = mapped_column(String(300), default="")
    purged_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this page."""
        return self.title

    @property
    def state(self) -> State:
        """Return where the page stands; `live+draft` is live with changes nobody published yet."""
        if self.trashed_at is not None:
            return "trashed"
        if self.live_revision_id is None:
            return "unpublished" if self.unpublished_at else "draft"
        return "live" if self.live_revision_id == self.draft_revision_id else "live+draft"


def _index(name: str, *columns: Any, where: Any) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


def begins_part() -> ColumnElement[bool]:
    """Return the condition that a page begins a part of a sitemap: of 1,024 ids about one does.

    Word by word what `ix_page_part` holds: a database takes a partial index for nothing else.
    """
    digits = func.replace(cast(Page.id, String), _as_said("dash", "-"), _as_said("nothing", ""))
    ends = bindparam(
        "ends", ("000", "001", "002", "003"), String(), expanding=True, literal_execute=True
    )
    return func.substr(digits, _as_said("last_three", 30)).in_(ends)


def stands_on_top() -> tuple[ColumnElement[bool], ...]:
    """Return word by word what `ix_page_top` holds: live pages below no other, for everybody."""
    is_page = Page.type == _as_said("plain_page", "page")
    asks_nothing = Page.access_password_hash.is_(None), Page.for_members.is_(False)
    return is_page, Page.parent_id.is_(None), Page.live_revision_id.is_not(None), *asks_nothing


def _as_said(name: str, value: Any) -> BindParameter[Any]:
    return bindparam(name, value, literal_execute=True)


# Lists walk these, and what is in the trash is not in them.
_IN_SIGHT = Page.trashed_at.is_(None)
_index("ix_page_list", Page.account_id, Page.changed_at, Page.id, Page.tenant_id, where=_IN_SIGHT)
_index("ix_page_recent", Page.tenant_id, Page.changed_at, Page.id, Page.account_id, where=_IN_SIGHT)
_live, _draft, _off = Page.live_revision_id, Page.draft_revision_id, Page.unpublished_at
for _name, _state in {  # each page stands in one of them: a rare state is found without a search
    "ix_page_draft": _live.is_(None) & _off.is_(None),
    "ix_page_published": _live == _draft,
    "ix_page_republish": _live != _draft,
    "ix_page_unpublished": _live.is_(None) & _off.is_not(None),
}.items():
    _index(_name, Page.account_id, Page.changed_at, Page.id, Page.tenant_id,
           where=_IN_SIGHT & _state)  # fmt: skip
_index("ix_page_typed", Page.account_id, Page.type, Page.changed_at, Page.id, Page.tenant_id,
       where=_IN_SIGHT)  # fmt: skip
_index("ix_page_title", Page.account_id, Page.title, Page.id, where=_IN_SIGHT)
_index("ix_page_part", Page.account_id, Page.type, Page.published_at, Page.id, where=begins_part())
_index("ix_page_top", Page.account_id, Page.type, Page.position, Page.id,
       where=and_(*stands_on_top()))  # fmt: skip
_index("ix_page_parent_id", Page.parent_id, where=Page.parent_id.is_not(None))
_index("ix_page_trash", Page.account_id, Page.trashed_at, Page.id,
       where=Page.trashed_at.is_not(None))  # fmt: skip


class Revision(Keyed, TenantScoped, Base):
    """One saved text of a page. Never changed (trigger); `digest` is what approvals bind to.

    `writer_ids` are people who wrote words that were brought into it from somewhere else.
    """

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("page_id", "number"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["page.tenant_id", "page.id"]),
    )

    page_id: Mapped[uuid.UUID]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(Text, default="")
    byline: Mapped[str] = mapped_column(Text, default="")
    parent_id: Mapped[uuid.UUID | None]
    term_ids: Mapped[list[Any]] = mapped_column(default=list)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    author_label: Mapped[str] = mapped_column(String(300))
    writer_ids: Mapped[list[Any] | None]
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def label(self) -> str:
        """Return how people name this revision."""
        return f"revision {self.number}"


_canonical = json.JSONEncoder(
    sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str
).encode


def digest_of(fields: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of a text: all its fields in canonical JSON.

    Without further fields it is what it was before there were any.
    """
    said = {name: value for name, value in fields.items() if name != "fields" or value}
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


SAID = ("title", "slug", "body", "excerpt", "byline", "parent_id", "term_ids", "fields")
"""The columns of a revision that its digest is made of."""


def digest_now(revision: Any) -> str:
    """Return the digest of what the row says now: equal to `digest` unless it was tampered with."""
    return digest_of({name: getattr(revision, name) for name in SAID})


def refuse_trashed(page: Page) -> None:
    """Raise Problem when the page went into the trash meanwhile. For those who hold its row."""
    if page.trashed_at is not None:
        raise Problem("This page is in the trash. Restore it first.")


def page_by_id(page_id: uuid.UUID, account_id: uuid.UUID) -> Page | None:
    """Return the account's page with this id if it is inside the scope, else None."""
    return db.session.scalar(_page_query(), {"wanted_page": page_id, "at_account": account_id})


@cache
def _page_query() -> Select[Page]:
    wanted, account = (bindparam(n, type_=Uuid()) for n in ("wanted_page", "at_account"))
    return by_key(select(Page).where(Page.id == wanted, Page.account_id == account))


def revision_by_id(revision_id: uuid.UUID | None, page: Page) -> Revision | None:
    """Return the page's own revision with this id, or None. What is in hand is not asked for."""
    if revision_id is None:
        return None
    found = db.session.get(Revision, revision_id)
    return found if found is not None and found.page_id == page.id else None


def revisions_of(page: Page, limit: int = 200, below: int | None = None) -> list[Revision]:
    """Return the page's revisions, the newest first, or those before a number."""
    query = select(Revision).where(Revision.page_id == page.id)
    if below is not None:
        query = query.where(Revision.number < below)
    return list(db.session.scalars(query.order_by(Revision.number.desc()).limit(limit)))
