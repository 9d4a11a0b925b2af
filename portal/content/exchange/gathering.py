"""What of an account is exported: its pages as they stand, a batch at a time, and its files.

Only this account's, only what is not in the trash, and files only as far as somebody sees them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from portal.content.exchange.model import NOBODY, Named, TermName
from portal.content.exchange.people import NO_PEOPLE, people_of
from portal.content.exchange.terms_text import DEEPEST
from portal.content.media import Media, MediaVersion
from portal.content.media_folders import MediaFolder, visible_media
from portal.content.pages import Page, Revision
from portal.content.sites import Redirect
from portal.content.terms import Term
from portal.content.translations import PageLanguage
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor

Which = Literal["drafts", "live"]
PER_READ = 200


@dataclass(frozen=True, slots=True)
class Stub:
    """A page without its text: what paths and parents are made of."""

    id: uuid.UUID
    type: str
    slug: str
    parent_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Tongue:
    """A page's language, the page it was made from, and whether it says what that says now."""

    language: str = ""
    source_id: uuid.UUID | None = None
    up_to_date: bool = False


UNSAID = Tongue()


@dataclass(frozen=True, slots=True)
class Whole:
    """A page with the text that is exported."""

    page: Page
    revision: Revision
    former: tuple[str, ...]
    tongue: Tongue
    author: Named = NOBODY
    owner: Named = NOBODY
    review_by: datetime | None = None

    @property
    def state(self) -> str:
        """Return the state the exported text was in: live, or what the page is else."""
        return "live" if self.revision.id == self.page.live_revision_id else self.page.state


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of the library as it is now."""

    media: Media
    version: MediaVersion
    folder: str


def stubs_of(account: AccountRef, which: Which) -> list[Stub]:
    """Return every page that is exported, the oldest first. One statement."""
    query = (
        select(Page.id, Page.type, Revision.slug, Revision.parent_id)
        .join(Revision, Revision.id == shown_revision(which))
        .where(Page.account_id == account.id)
        .order_by(Page.id)
    )
    return [Stub(*row) for row in db.session.execute(query)]


def wholes_of(
    account: AccountRef, which: Which, ids: list[uuid.UUID], emails: frozenset[str] = frozenset()
) -> Iterator[Whole]:
    """Yield these pages with their texts, in this order. Four statements for each batch.

    Of the addresses of their people only `emails` are told.
    """
    for start in range(0, len(ids), PER_READ):
        part = ids[start : start + PER_READ]
        query = (
            select(Page, Revision)
            .join(Revision, Revision.id == shown_revision(which))
            .where(Page.account_id == account.id, Page.id.in_(part))
            .order_by(Page.id)
        )
        former: dict[uuid.UUID, list[str]] = {}
        for page_id, address in db.session.execute(
            select(Redirect.page_id, Redirect.address)
            .where(Redirect.account_id == account.id, Redirect.page_id.in_(part))
            .order_by(Redirect.address)
        ):
            former.setdefault(page_id, []).append(address)
        tongues, people = _tongues(account, which, part), people_of(account, part, emails)
        rows = [(row[0], row[1]) for row in db.session.execute(query)]
        for page, revision in rows:
            yield Whole(
                page, revision, tuple(former.get(page.id, ())), tongues.get(page.id, UNSAID),
                *people.get(page.id, NO_PEOPLE),
            )  # fmt: skip
        for row in rows:
            for each in row:
                db.session.expunge(each)


def _tongues(account: AccountRef, which: Which, ids: list[uuid.UUID]) -> dict[uuid.UUID, Tongue]:
    source = aliased(Page)
    exported = source.live_revision_id if which == "live" else source.draft_revision_id
    query = (
        select(PageLanguage, Revision.digest)
        .outerjoin(source, source.id == PageLanguage.source_id)
        .outerjoin(Revision, Revision.id == exported)
        .where(PageLanguage.account_id == account.id, PageLanguage.page_id.in_(ids))
    )
    return {
        row.page_id: Tongue(
            row.language, None if row.is_source else row.source_id,
            not row.is_source and digest is not None and row.made_from_digest == digest,
        )
        for row, digest in db.session.execute(query)
    }  # fmt: skip


def terms_of(account: AccountRef) -> Mapping[str, tuple[str, TermName]]:
    """Return each term by its id: whether tag or category, and its name with those above it."""
    query = select(
        Term.id, func.coalesce(Term.merged_into_id, Term.id), Term.taxonomy, Term.name, Term.slug,
        Term.parent_id,
    ).where(Term.account_id == account.id)  # fmt: skip
    rows: dict[uuid.UUID | None, Any] = {row[0]: row for row in db.session.execute(query)}

    def above(row: Any) -> Iterator[TermName]:
        seen, parent = {row[0]}, rows.get(row[5])
        while parent is not None and parent[0] not in seen and len(seen) < DEEPEST:
            seen.add(parent[0])
            yield TermName(parent[3], parent[4])
            parent = rows.get(parent[5])

    meant = {key: rows.get(row[1], row) for key, row in rows.items()}
    return {
        str(key): (row[2], TermName(row[3], row[4], tuple(reversed(list(above(row))))))
        for key, row in meant.items()
    }


def files_of(account: AccountRef, *, by: Actor) -> list[FileRow]:
    """Return the files that `by` sees, the oldest first, each as it is now. One statement."""
    current = and_(MediaVersion.media_id == Media.id, MediaVersion.number == Media.number)
    query = (
        select(Media, MediaVersion, MediaFolder.name)
        .join(MediaVersion, current)
        .outerjoin(MediaFolder, MediaFolder.id == Media.folder_id)
        .where(visible_media(by, account), Media.trashed_at.is_(None))
        .order_by(Media.id)
    )
    return [FileRow(row[0], row[1], row[2] or "") for row in db.session.execute(query)]


def addresses_of(account: AccountRef) -> dict[str, str]:
    """Return the path of each live page on the account's site, by its id."""
    query = select(Page.id, Page.address).where(
        Page.account_id == account.id, Page.address.is_not(None)
    )
    return {str(page_id): f"/s/{account.handle}{at}" for page_id, at in db.session.execute(query)}


def seconds_of(when: datetime | None) -> str:
    """Return an instant as files say it, to the microsecond, in UTC."""
    return when.isoformat() if when else ""


def shown_revision(which: Which) -> Any:
    """Return the column of pages that names the revision whose text is exported."""
    return Page.live_revision_id if which == "live" else Page.draft_revision_id
