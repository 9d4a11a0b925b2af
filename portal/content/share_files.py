"""The files that a shared revision shows: those that readers would get with it, and no other."""

from sqlalchemy import and_, select

from portal.content.content_types import definition_of
from portal.content.field_shown import block_bodies
from portal.content.field_values import references
from portal.content.fields import as_id
from portal.content.illustrating import Rows, Shelf
from portal.content.media import Media, MediaVersion
from portal.content.media_list import for_readers
from portal.content.media_uses import named_in, usable
from portal.content.sharing import Shared
from tenants.db import db


def files_of(shared: Shared) -> Rows:
    """Return the files that a shared revision shows, by id. Up to five statements.

    Those named in it that the page may show to readers: the account's own, not in the trash; out
    of a restricted folder only what somebody who sees the folder put on this page. And those that
    its blocks show to the site's readers already.
    """
    named = named_in(shared.revision.body, shared.revision.fields)
    ids = [media.id for media in usable(shared.page, named)] if named else []
    in_blocks = _of_blocks(shared)
    if not ids:
        return in_blocks
    query = select(Media, MediaVersion).join(
        MediaVersion,
        and_(MediaVersion.media_id == Media.id, MediaVersion.number == Media.number),
    )
    rows = db.session.execute(query.where(Media.id.in_(ids)))
    return {**in_blocks, **{row[0].id: (row[0], row[1]) for row in rows}}


def _of_blocks(shared: Shared) -> Rows:
    if not shared.revision.fields:
        return {}
    definition = definition_of(shared.page.type, shared.page.tenant_id)
    found = references(definition.asked, shared.revision.fields)
    blocks = {known for field, value in found if field.kind == "block" and (known := as_id(value))}
    if not blocks:
        return {}
    account_id = shared.page.account_id
    named = named_in("".join(block_bodies(account_id, blocks).values()))
    return for_readers(account_id, named) if named else {}


def shelf_behind(shared: Shared, base: str) -> Shelf:
    """Return these files with addresses that begin at the link's own."""
    return Shelf(shared.account.handle, files_of(shared), base)
