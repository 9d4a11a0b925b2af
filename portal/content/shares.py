"""Share links: a revision shown to whoever has a secret address, and what they say of it.

A token names the account it belongs to, so that what it opens is found without crossing tenants.
Only its SHA-256 is kept.
"""

import hashlib
import re
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.pages import Page, Revision
from portal.content.paging import PER_PAGE, Slice, key_of, parse_key
from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.scope import TenantScoped

Said = Literal["approved", "changes"]
State = Literal["working", "expired", "revoked"]
NAME_LENGTH = 100
LONGEST = 200
_ID_LENGTH = 32
_NUMBER = re.compile("[0-9]{1,9}")


class ShareLink(Keyed, TenantScoped, Audited, Base):
    """A secret address that shows one revision to whoever has it, until it expires or is revoked.

    It stands on its maker's word: it works while he may share the page. Openings are counted on
    the row and not told one by one. Times are UTC.
    """

    __derived__ = frozenset({"opened", "last_opened_at"})
    __tablename__ = "share_link"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "revision_id"], ["revision.tenant_id", "revision.id"]),
        Index("ix_share_link_page_id", "page_id", "created_at"),
    )

    page_id: Mapped[uuid.UUID]
    page_title: Mapped[str] = mapped_column(Text)
    revision_id: Mapped[uuid.UUID]
    revision_number: Mapped[int]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    may_comment: Mapped[bool] = mapped_column(default=True)
    may_approve: Mapped[bool] = mapped_column(default=False)
    maker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    maker_label: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_label: Mapped[str] = mapped_column(String(300), default="")
    opened: Mapped[int] = mapped_column(default=0)
    last_opened_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this link."""
        return f"“{self.name}” to “{self.page_title or '(untitled)'}”"

    @property
    def state(self) -> State:
        """Return where the link itself stands; its maker's rights are another question."""
        if self.revoked_at is not None:
            return "revoked"
        return "working" if self.expires_at > now() else "expired"


class ShareOpinion(Keyed, TenantScoped, Audited, Base):
    """What somebody without an account thinks of a text. No step of a review counts it.

    `name` is what the person typed: nobody proved it. Never changed.
    """

    __tablename__ = "share_opinion"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "share_id"], ["share_link.tenant_id", "share_link.id"]),
        ForeignKeyConstraint(["tenant_id", "revision_id"], ["revision.tenant_id", "revision.id"]),
        CheckConstraint("said IN ('approved', 'changes')", name="said"),
        Index("ix_share_opinion_page_id", "page_id", "created_at"),
        Index("ix_share_opinion_share_id", "share_id"),
    )

    page_id: Mapped[uuid.UUID]
    page_title: Mapped[str] = mapped_column(Text)
    share_id: Mapped[uuid.UUID]
    revision_id: Mapped[uuid.UUID]
    revision_number: Mapped[int]
    revision_digest: Mapped[str] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def label(self) -> str:
        """Return how the trail names what the opinion is about."""
        return self.page_title or "(untitled)"


@dataclass(frozen=True)
class Choice:
    """A revision that can be shared, as a form offers it."""

    id: uuid.UUID
    number: int
    author_label: str
    created_at: datetime


def new_token(account: AccountRef) -> tuple[str, str]:
    """Return a new secret of 256 bits for the address, and what is kept of it."""
    token = account.id.hex + secrets.token_urlsafe(32)
    return token, hash_of(token)


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def account_id_in(token: str) -> uuid.UUID | None:
    """Return the id of the account that a token names, or None when it is no token at all."""
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        return uuid.UUID(hex=token[:_ID_LENGTH])
    except ValueError:
        return None


def shares_of(page: Page, before: str | None = None) -> Slice:
    """Return a page's links, the latest first, PER_PAGE of them from a key on."""
    query = select(ShareLink).where(ShareLink.page_id == page.id)
    if before:
        query = query.where(tuple_(ShareLink.created_at, ShareLink.id) < tuple_(*parse_key(before)))
    query = query.order_by(ShareLink.created_at.desc(), ShareLink.id.desc()).limit(PER_PAGE + 1)
    found = list(db.session.scalars(query))
    shown = found[:PER_PAGE]
    older = key_of(shown[-1].created_at, shown[-1].id) if len(found) > PER_PAGE else None
    return Slice(shown, older)


def share_by_id(share_id: uuid.UUID, page: Page) -> ShareLink | None:
    """Return the page's link with this id, locked until the transaction ends, or None."""
    query = select(ShareLink).where(ShareLink.id == share_id, ShareLink.page_id == page.id)
    return db.session.scalar(query.with_for_update())


def count_working(page: Page) -> int:
    """Return how many links of a page are neither expired nor revoked."""
    query = select(func.count(ShareLink.id)).where(
        ShareLink.page_id == page.id, ShareLink.revoked_at.is_(None), ShareLink.expires_at > now()
    )
    return db.session.scalar(query) or 0


def opinions_of(page: Page, before: str | None = None) -> Slice:
    """Return what outsiders think of the page's texts with the link's name, the latest first.

    PER_PAGE of them from a key on.
    """
    query = select(ShareOpinion, ShareLink.name).join(
        ShareLink, ShareLink.id == ShareOpinion.share_id
    )
    query = query.where(ShareOpinion.page_id == page.id)
    at = (ShareOpinion.created_at, ShareOpinion.id)
    if before:
        query = query.where(tuple_(*at) < tuple_(*parse_key(before)))
    query = query.order_by(*(each.desc() for each in at)).limit(PER_PAGE + 1)
    found = [(row[0], row[1]) for row in db.session.execute(query)]
    last = found[PER_PAGE - 1][0] if len(found) > PER_PAGE else None
    return Slice(found[:PER_PAGE], key_of(last.created_at, last.id) if last else None)


def revision_choices(
    page: Page, most: int, search: str = "", chosen: Collection[uuid.UUID] = ()
) -> tuple[list[Choice], bool]:
    """Return the page's revisions without their texts, the newest first, and if there are more.

    At most `most`. `search` narrows them to that number, or to those whose author is called so;
    those `chosen` are among them in any case. One statement, two when some of these are not.
    """
    columns: Any = (Revision.id, Revision.number, Revision.author_label, Revision.created_at)
    query = select(*columns).where(Revision.page_id == page.id)
    wanted = query.order_by(Revision.number.desc()).limit(most + 1)
    if search:
        hit = Revision.author_label.icontains(search, autoescape=True)
        number = int(search) if _NUMBER.fullmatch(search) else 0
        wanted = wanted.where(or_(hit, Revision.number == number))
    found = [Choice(*row) for row in db.session.execute(wanted)]
    cut, found = len(found) > most, found[:most]
    if missing := set(chosen) - {each.id for each in found}:
        held = db.session.execute(query.where(Revision.id.in_(missing)))
        found += [Choice(*row) for row in held]
    return sorted(found, key=lambda each: -each.number), cut
