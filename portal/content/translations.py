"""Which pages say the same in other languages, which of them is the source, and who lags behind.

Linked pages form a star: each row names the group's source, and the source's row names itself. So
there is nothing that could go round in circles.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    UniqueConstraint,
    Uuid,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from portal.content.languages import LENGTH, USUAL, account_language
from portal.content.pages import Page, Revision, State
from portal.content.sites import Site
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.prepared import by_key
from tenants.scope import TenantScoped

Standing = Literal["source", "current", "outdated", "unknown", "sourceless"]


class PageLanguage(Keyed, TenantScoped, Base):
    """A page's language and its group. A page without a row speaks its account's language.

    `made_from_*` is the source's revision that a translation says the same as, if anybody said so.
    """

    __tablename__ = "page_language"
    __table_args__ = (
        UniqueConstraint("page_id"),
        UniqueConstraint("source_id", "language"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "source_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "made_from_id"], ["revision.tenant_id", "revision.id"]),
        Index("ix_page_language_language", "account_id", "language"),
    )

    page_id: Mapped[uuid.UUID]
    language: Mapped[str] = mapped_column(String(LENGTH))
    source_id: Mapped[uuid.UUID]
    made_from_id: Mapped[uuid.UUID | None]
    made_from_digest: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def is_source(self) -> bool:
        """Tell whether the others of its group are made from this page."""
        return self.source_id == self.page_id


@dataclass(frozen=True)
class Member:
    """A page of a group with its draft, and the revision of the source that it was made from."""

    row: PageLanguage
    page: Page
    draft: Revision
    made_from: int | None

    @property
    def state(self) -> State:
        """Return where the page stands."""
        return self.page.state


@dataclass(frozen=True)
class Group:
    """A page among its translations, the source first. Without `own` nobody said its language."""

    language: str
    own: Member | None = None
    members: tuple[Member, ...] = ()

    @property
    def source(self) -> Member | None:
        """Return the page the others are made from; None while it is in the trash."""
        return next((each for each in self.members if each.row.is_source), None)

    @property
    def others(self) -> tuple[Member, ...]:
        """Return the group without the page itself."""
        return tuple(each for each in self.members if each is not self.own)

    @property
    def alone(self) -> bool:
        """Tell whether the page is linked to no other, in the trash or out of it."""
        return self.own is None or (self.own.row.is_source and not self.others)

    @property
    def standing(self) -> Standing:
        """Return how the page itself stands to its source."""
        return self.standing_of(self.own) if self.own else "source"

    def standing_of(self, member: Member) -> Standing:
        """Return whether a member says what its source says now, as far as anybody said."""
        digest = self.source.draft.digest if self.source else None
        return _standing(member.row, digest)


@dataclass(frozen=True)
class Shown:
    """A page's language as a list shows it. The ids are those of a comparison that tells more."""

    language: str
    standing: Standing
    source_id: uuid.UUID
    made_from_id: uuid.UUID | None
    source_draft_id: uuid.UUID | None


def language_row(page: Page) -> PageLanguage | None:
    """Return what is known of a page's language, or None."""
    return db.session.scalar(select(PageLanguage).where(PageLanguage.page_id == page.id))


def group_of(page: Page) -> Group:
    """Return a page among its translations; what is in the trash is left out. Two statements."""
    asked = {"of_page": page.id, "at_account": page.account_id}
    members = tuple(Member(*row) for row in db.session.execute(_group_query(), asked).all())
    mine = next((each for each in members if each.page.id == page.id), None)
    language = mine.row.language if mine else account_language(page.account_id)
    return Group(language, mine, members)


@cache
def _group_query() -> Any:
    own = aliased(PageLanguage)
    made_from = aliased(Revision)
    of_page = own.page_id == bindparam("of_page", type_=Uuid())
    group = select(own.source_id).where(of_page).scalar_subquery()
    here = PageLanguage.account_id == bindparam("at_account", type_=Uuid())
    query = (
        select(PageLanguage, Page, Revision, made_from.number)
        .join(Page, Page.id == PageLanguage.page_id)
        .join(Revision, Revision.id == Page.draft_revision_id)
        .outerjoin(made_from, made_from.id == PageLanguage.made_from_id)
        .where(PageLanguage.source_id == group, here)
        .order_by(PageLanguage.source_id != PageLanguage.page_id, PageLanguage.language)
    )
    return by_key(query)


def with_languages(query: Select[Any]) -> Select[Any]:
    """Return a statement over pages with what `shown` takes: None where nobody said a language."""
    source = aliased(Page)
    return (
        query.add_columns(PageLanguage, Revision.id, Revision.digest)
        .outerjoin(PageLanguage, PageLanguage.page_id == Page.id)
        .outerjoin(source, source.id == PageLanguage.source_id)
        .outerjoin(Revision, Revision.id == source.draft_revision_id)
    )


def shown(said: PageLanguage, draft_id: uuid.UUID | None, digest: str | None) -> Shown:
    """Return a page's language as a list shows it: the columns of `with_languages`."""
    standing = _standing(said, digest)
    return Shown(said.language, standing, said.source_id, said.made_from_id, draft_id)


def speaks(language: str) -> ColumnElement[bool]:
    """Return the condition of a page being in a language, in any of its regions."""
    said = select(PageLanguage.language).where(PageLanguage.page_id == Page.id).scalar_subquery()
    site = select(Site.language).where(Site.account_id == Page.account_id).scalar_subquery()
    spoken = func.lower(func.coalesce(said, site, USUAL))
    asked = language.lower()
    return or_(spoken == asked, spoken.startswith(f"{asked}-", autoescape=True))


def is_outdated() -> ColumnElement[bool]:
    """Return the condition of a translation whose source says something else by now."""
    source, draft = aliased(Page), aliased(Revision)
    return (
        select(PageLanguage.id)
        .join(source, source.id == PageLanguage.source_id)
        .join(draft, draft.id == source.draft_revision_id)
        .where(
            PageLanguage.page_id == Page.id,
            PageLanguage.source_id != PageLanguage.page_id,
            PageLanguage.made_from_digest != draft.digest,
        )
        .exists()
    )


def translations_of(ids: Collection[uuid.UUID], language: str) -> dict[uuid.UUID, uuid.UUID]:
    """Return which pages say the same as some others in a language, by the others' ids."""
    own, other = aliased(PageLanguage), PageLanguage
    query = (
        select(own.page_id, other.page_id)
        .join(other, other.source_id == own.source_id)
        .join(Page, Page.id == other.page_id)
        .where(own.page_id.in_(ids), other.language == language)
    )
    return {row[0]: row[1] for row in db.session.execute(query).all()}


def _standing(row: PageLanguage, digest: str | None) -> Standing:
    if row.is_source:
        return "source"
    if digest is None:
        return "sourceless"
    if row.made_from_digest is None:
        return "unknown"
    return "current" if row.made_from_digest == digest else "outdated"
