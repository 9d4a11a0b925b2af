"""Which events of the trail name a file or folder that somebody does not see."""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select, not_, or_, select, union_all

from portal.content.media import Media
from portal.content.media_folders import (
    MediaAccess,
    MediaFolder,
    closed_folders,
    looks_after,
    visible_media_anywhere,
)
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event

ABOUT_FILES = frozenset({"media", "mediaaccess", "mediafolder"})


def unseen(rows: Iterable[AuditEvent], by: Actor | None) -> set[uuid.UUID | None]:
    """Return the targets among some events that are files or folders `by` does not see.

    Of those gone for good: what was restricted when it went is still seen only by whoever manages
    the library, for who else was let in is not known any more. To be asked in the scope of the
    events. Two statements, none where no event is about such.
    """
    ids = {row.target_id for row in rows if row.target_type in ABOUT_FILES}
    if by is None or not ids:
        return set()
    closed = select(closed_folders(by).subquery().c[0])
    folders = union_all(
        select(MediaFolder.id).where(MediaFolder.id.in_(ids), MediaFolder.id.in_(closed)),
        select(MediaAccess.id).where(MediaAccess.id.in_(ids), MediaAccess.folder_id.in_(closed)),
        _gone(by, ids),
    )
    files = select(Media.id).where(Media.id.in_(ids), not_(visible_media_anywhere(by)))
    return {*db.session.scalars(files), *db.session.scalars(folders)}


def _gone(by: Actor, ids: Collection[uuid.UUID | None]) -> Select[Any]:
    """Return the targets that are no more, and were restricted or may have been."""
    ends = AuditEvent.event.in_([Event.MEDIA_PURGED.name, Event.MEDIA_FOLDER_DELETED.name])
    closed = ends & AuditEvent.facts["restricted"].as_boolean().is_not(False)
    access = (AuditEvent.target_type == "mediaaccess") & AuditEvent.target_id.not_in(
        select(MediaAccess.id).where(MediaAccess.id.in_(ids))
    )
    return select(AuditEvent.target_id).where(
        AuditEvent.target_type.in_(ABOUT_FILES),
        AuditEvent.target_id.in_(ids),
        or_(closed, access),
        not_(looks_after(by, AuditEvent.account_id)),
    )
