"""Which events of the trail name a file or folder that somebody does not see."""

import uuid
from collections.abc import Iterable

from sqlalchemy import not_, select, union_all

from portal.content.media import Media
from portal.content.media_folders import (
    MediaAccess,
    MediaFolder,
    closed_folders,
    visible_media_anywhere,
)
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Actor

ABOUT_FILES = frozenset({"media", "mediaaccess", "mediafolder"})


def unseen(rows: Iterable[AuditEvent], by: Actor | None) -> set[uuid.UUID | None]:
    """Return the targets among some events that are files or folders `by` does not see.

    To be asked in the scope of the events. Two statements, none where no event is about such.
    """
    ids = {row.target_id for row in rows if row.target_type in ABOUT_FILES}
    if by is None or not ids:
        return set()
    closed = select(closed_folders(by).subquery().c[0])
    folders = union_all(
        select(MediaFolder.id).where(MediaFolder.id.in_(ids), MediaFolder.id.in_(closed)),
        select(MediaAccess.id).where(MediaAccess.id.in_(ids), MediaAccess.folder_id.in_(closed)),
    )
    files = select(Media.id).where(Media.id.in_(ids), not_(visible_media_anywhere(by)))
    return {*db.session.scalars(files), *db.session.scalars(folders)}
