"""Which pages use which files: read from the texts, written down when they are saved or go live."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, or_, select

from portal.content.media import Media, MediaUse, Where
from portal.content.media_folders import restricted_folders, visible_media
from portal.content.pages import Page, Revision
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ADDRESS = re.compile(rf"/a/([a-z0-9-]{{1,63}})/media/({_ID})/file")
"""How a text names a file: the account's handle, and the file's id."""


def address_of(handle: str, media_id: uuid.UUID) -> str:
    """Return what a text says to show a file: `src` of a picture, `href` of a link to it."""
    return f"/a/{handle}/media/{media_id}/file"


@dataclass(frozen=True)
class Use:
    """A page that uses a file, and where."""

    page_id: uuid.UUID
    title: str
    places: tuple[str, ...]


def named_in(body: str, fields: Mapping[str, Any] | None = None) -> set[uuid.UUID]:
    """Return the ids of the files that a text and its further fields name, whosever they are."""
    text = body if not fields else body + json.dumps(fields, default=str)
    return {uuid.UUID(found[2]) for found in ADDRESS.finditer(text)}


def note_draft(
    page: Page, revision: Revision, account: AccountRef, *, by: Actor,
    before: Revision | None = None,
) -> None:  # fmt: skip
    """Write down which files the page's draft uses: those that `by` sees, and those it had.

    `before` is the draft until now. Where neither names a file, nothing is asked.
    """
    ids = named_in(revision.body, revision.fields)
    if not ids and not _names_files(before):
        return
    seen = Media.id.in_(ids) & or_(visible_media(by, account), Media.id.in_(_used_by(page)))
    _note(page, "draft", _ids(seen & (Media.account_id == page.account_id)) if ids else set())


def note_live(page: Page, revision: Revision | None, before: Revision | None) -> None:
    """Write down which files readers see with the page; none without a revision.

    `before` is what was live until now. Where neither names a file, nothing is asked.
    """
    ids = named_in(revision.body, revision.fields) if revision else set()
    if not ids and not _names_files(before):
        return
    _note(page, "live", {row.id for row in usable(page, ids)} if ids else set())


def _names_files(revision: Revision | None) -> bool:
    return revision is not None and bool(named_in(revision.body, revision.fields))


def usable(page: Page, ids: set[uuid.UUID]) -> list[Media]:
    """Return those of some files that the page may show to readers.

    The account's own, not in the trash; out of a restricted folder only what somebody who sees the
    folder put on this page.
    """
    restricted = restricted_folders(page.account_id)
    query = select(Media).where(
        Media.id.in_(ids), Media.account_id == page.account_id, Media.trashed_at.is_(None),
        or_(Media.folder_id.is_(None), Media.folder_id.not_in(restricted),
            Media.id.in_(_used_by(page))),
    )  # fmt: skip
    return list(db.session.scalars(query))


def uses_of(media: Media) -> list[Use]:
    """Return the pages whose draft or live text uses a file, by title, at most 200."""
    query = (
        select(Page.id, Page.title, MediaUse.place)
        .join(MediaUse, MediaUse.page_id == Page.id)
        .where(MediaUse.media_id == media.id)
        .order_by(Page.title, Page.id, MediaUse.place.desc())
        .limit(400)
    )
    found: dict[uuid.UUID, Use] = {}
    for page_id, title, place in db.session.execute(query):
        before = found[page_id].places if page_id in found else ()
        found[page_id] = Use(page_id, title or "(untitled)", (*before, place))
    return list(found.values())[:200]


def shown_to_readers(*, locked: bool = False) -> Any:
    """Return the condition on `Media` that holds for files of pages that readers can open.

    `locked`: pages behind a password too.
    """
    open_to_all = () if locked else (Page.access_password_hash.is_(None),)
    return Media.trashed_at.is_(None) & exists().where(
        MediaUse.media_id == Media.id,
        MediaUse.place == "live",
        Page.id == MediaUse.page_id,
        Page.published_at <= now(),
        Page.for_members.is_(False),
        *open_to_all,
    )


def _used_by(page: Page) -> Any:
    return select(MediaUse.media_id).where(MediaUse.page_id == page.id)


def _ids(condition: Any) -> set[uuid.UUID]:
    return set(db.session.scalars(select(Media.id).where(condition)))


def _note(page: Page, place: Where, ids: set[uuid.UUID]) -> None:
    query = select(MediaUse.media_id).where(MediaUse.page_id == page.id, MediaUse.place == place)
    known = set(db.session.scalars(query))
    if known - ids:
        gone = delete(MediaUse).where(
            MediaUse.page_id == page.id, MediaUse.place == place,
            MediaUse.media_id.in_(known - ids),
        )  # fmt: skip
        db.session.execute(gone)
    for media_id in sorted(ids - known):
        db.session.add(
            MediaUse(
                tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
                media_id=media_id, place=place,
            )
        )  # fmt: skip
