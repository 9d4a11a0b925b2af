"""Finding files: the library, the chooser, the trash, and one by its id."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from portal.content.media import Media, MediaVersion
from portal.content.media_folders import MediaFolder, visible_media
from portal.content.media_uses import shown_to_readers
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor

PER_PAGE = 48
_CURRENT = and_(MediaVersion.media_id == Media.id, MediaVersion.number == Media.number)


@dataclass(frozen=True)
class Filters:
    """What is looked for. `folder` is a folder's id, `none` for files in no folder, or empty."""

    search: str = ""
    folder: str = ""
    kind: str = ""
    trashed: bool = False


@dataclass(frozen=True)
class Found:
    """One screen of files, each with its current version; `older` is where the next begins."""

    rows: list[tuple[Media, MediaVersion]]
    older: str | None


def find_media(account: AccountRef, filters: Filters, before: str | None, *, by: Actor) -> Found:
    """Return the files of an account that `by` sees, the newest first. One statement."""
    query = (
        select(Media, MediaVersion)
        .join(MediaVersion, _CURRENT)
        .where(visible_media(by, account), *_conditions(filters))
        .order_by(Media.id.desc())
        .limit(PER_PAGE + 1)
    )
    start = as_id(before)
    if start is not None:
        query = query.where(Media.id < start)
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
    older = str(rows[PER_PAGE - 1][0].id) if len(rows) > PER_PAGE else None
    return Found(rows[:PER_PAGE], older)


def _conditions(filters: Filters) -> list[Any]:
    found: list[Any] = [
        Media.trashed_at.is_not(None) if filters.trashed else Media.trashed_at.is_(None)
    ]
    if filters.kind:
        found.append(Media.kind == filters.kind)
    if filters.folder == "none":
        found.append(Media.folder_id.is_(None))
    elif filters.folder:
        found.append(Media.folder_id == (as_id(filters.folder) or uuid.UUID(int=0)))
    if filters.search:
        words = filters.search.lower()
        texts = (Media.name, Media.alt, Media.caption)
        found.append(or_(*(func.lower(t).contains(words, autoescape=True) for t in texts)))
    return found


def media_by_id(
    media_id: uuid.UUID, account: AccountRef, *, by: Actor
) -> tuple[Media, MediaVersion] | None:
    """Return the account's file with this id and its current version if `by` sees it, else None."""
    query = select(Media, MediaVersion).join(MediaVersion, _CURRENT)
    row = db.session.execute(query.where(Media.id == media_id, visible_media(by, account))).first()
    return (row[0], row[1]) if row else None


def media_by_ids(
    media_ids: Collection[uuid.UUID], account: AccountRef, *, by: Actor
) -> list[Media]:
    """Return those of some files that `by` sees and that are not in the trash, by name."""
    query = select(Media).where(
        Media.id.in_(media_ids), Media.trashed_at.is_(None), visible_media(by, account)
    )
    return list(db.session.scalars(query.order_by(Media.name, Media.id)))


def versions_of(media: Media) -> list[MediaVersion]:
    """Return what a file held and holds, the newest first."""
    query = select(MediaVersion).where(MediaVersion.media_id == media.id)
    return list(db.session.scalars(query.order_by(MediaVersion.number.desc()).limit(200)))


def version_by_id(version_id: uuid.UUID, media: Media) -> MediaVersion | None:
    """Return the file's own version with this id, or None."""
    query = select(MediaVersion).where(
        MediaVersion.id == version_id, MediaVersion.media_id == media.id
    )
    return db.session.scalar(query)


def for_readers(
    account_id: uuid.UUID, ids: Collection[uuid.UUID], *, locked: bool = False
) -> dict[uuid.UUID, tuple[Media, MediaVersion]]:
    """Return those of an account's files that a page for readers uses, by id. One statement.

    `locked`: also a page behind a password.
    """
    query = (
        select(Media, MediaVersion)
        .join(MediaVersion, _CURRENT)
        .where(Media.account_id == account_id, Media.id.in_(ids), shown_to_readers(locked=locked))
    )
    return {row[0].id: (row[0], row[1]) for row in db.session.execute(query)}


def copy_of(source_digest: str, account: AccountRef, *, by: Actor) -> Media | None:
    """Return a file that holds the very same bytes already, if there is one that `by` sees."""
    query = (
        select(Media)
        .join(MediaVersion, _CURRENT)
        .where(MediaVersion.source_digest == source_digest, visible_media(by, account))
        .order_by(Media.trashed_at.is_not(None), Media.id)
    )
    return db.session.scalars(query.limit(1)).first()


def counts_by_folder(account: AccountRef, *, by: Actor) -> dict[uuid.UUID | None, int]:
    """Return how many files that `by` sees stand in each folder, those in none under None."""
    query = (
        select(Media.folder_id, func.count())
        .where(visible_media(by, account), Media.trashed_at.is_(None))
        .group_by(Media.folder_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def is_empty(folder: MediaFolder) -> bool:
    """Tell whether nothing stands in a folder, nor in the trash with the folder on it."""
    return db.session.scalar(select(Media.id).where(Media.folder_id == folder.id).limit(1)) is None


def as_id(text: str | None) -> uuid.UUID | None:
    """Return the id that a text holds, or None."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
