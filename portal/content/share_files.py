"""The files that a shared revision shows: those that readers would get with it, and no other."""

from sqlalchemy import and_, select

from portal.content.illustrating import Rows, Shelf
from portal.content.media import Media, MediaVersion
from portal.content.media_uses import named_in, usable
from portal.content.sharing import Shared
from tenants.db import db


def files_of(shared: Shared) -> Rows:
    """Return the files that a shared revision shows, by id. Up to two statements.

    Those named in it that the page may show to readers: the account's own, not in the trash; out
    of a restricted folder only what somebody who sees the folder put on this page.
    """
    named = named_in(shared.revision.body, shared.revision.fields)
    ids = [media.id for media in usable(shared.page, named)] if named else []
    if not ids:
        return {}
    query = select(Media, MediaVersion).join(
        MediaVersion,
        and_(MediaVersion.media_id == Media.id, MediaVersion.number == Media.number),
    )
    rows = db.session.execute(query.where(Media.id.in_(ids)))
    return {row[0].id: (row[0], row[1]) for row in rows}


def shelf_behind(shared: Shared, base: str) -> Shelf:
    """Return these files with addresses that begin at the link's own."""
    return Shelf(shared.account.handle, files_of(shared), base)
