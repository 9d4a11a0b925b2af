"""What an account has already of what a bundle brings: pages by their ids, files by their bytes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select

from portal.content.exchange.model import Bundle
from portal.content.media import Media, MediaVersion
from portal.content.media_folders import visible_media
from portal.content.pages import Page, Revision
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor

PER_READ = 400


@dataclass(frozen=True, slots=True)
class Beside:
    """`pages` are rows of id, type, address, parent and slug; `files` maps bytes to a file's id.

    `media` are the ids of files here that the bundle names; `trashed` those in the trash.
    """

    pages: tuple[tuple[Any, ...], ...] = ()
    files: Mapping[str, uuid.UUID] | None = None
    media: frozenset[uuid.UUID] = frozenset()
    trashed: frozenset[uuid.UUID] = frozenset()


def look_beside(account: AccountRef, bundle: Bundle, *, by: Actor) -> Beside:
    """Return what is here, in a number of statements that grows with the bundle's hundreds."""
    digests = {file.prepared.source_digest for file in bundle.files if file.prepared}
    ids = _ids(file.id for file in bundle.files)
    found = list(_files(account, sorted(digests), by))
    return Beside(
        pages=tuple(_pages(account, _ids(item.key for item in bundle.items))),
        files={digest: media_id for digest, media_id, _ in found},
        trashed=frozenset(media_id for _, media_id, trashed in found if trashed),
        media=frozenset(_media(account, ids, by)),
    )


def _pages(account: AccountRef, ids: list[uuid.UUID]) -> Iterator[tuple[Any, ...]]:
    for part in _parts(ids):
        query = (
            select(Page.id, Page.type, Page.address, Revision.parent_id, Revision.slug)
            .join(Revision, Revision.id == Page.draft_revision_id)
            .where(Page.account_id == account.id, Page.id.in_(part))
            .order_by(Page.id)
        )
        yield from (tuple(row) for row in db.session.execute(query))


def _files(
    account: AccountRef, digests: list[str], by: Actor
) -> Iterator[tuple[str, uuid.UUID, bool]]:
    current = and_(MediaVersion.media_id == Media.id, MediaVersion.number == Media.number)
    for part in _parts(digests):
        same = or_(MediaVersion.source_digest.in_(part), MediaVersion.digest.in_(part))
        query = (
            select(MediaVersion.source_digest, MediaVersion.digest, Media.id, Media.trashed_at)
            .join(Media, current)
            .where(visible_media(by, account), same)
            .order_by(Media.trashed_at.is_(None), Media.id.desc())
        )
        for source, digest, media_id, trashed_at in db.session.execute(query):
            yield source, media_id, trashed_at is not None
            yield digest, media_id, trashed_at is not None


def _media(account: AccountRef, ids: list[uuid.UUID], by: Actor) -> Iterator[uuid.UUID]:
    for part in _parts(ids):
        query = select(Media.id).where(
            Media.id.in_(part), visible_media(by, account), Media.trashed_at.is_(None)
        )
        yield from db.session.scalars(query)


def _ids(texts: Iterable[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return sorted(found)


def _parts(values: list[Any]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(values), PER_READ):
        yield tuple(values[start : start + PER_READ])
