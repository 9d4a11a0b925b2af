"""Letting live pages be found whose live words nobody noted: those published with another draft."""

import uuid
from itertools import groupby

from sqlalchemy import select

from portal.content.live_words import note_live_words, without_words
from portal.content.pages import Page, Revision
from tenants.db import db
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope

BATCH = 200


def note_words() -> int:
    """Note the live words of up to BATCH pages, in a transaction a tenant; return of how many."""
    with reading(), across_tenants("finding live pages that search does not know"):
        found = sorted((page.tenant_id, page.id) for page, _ in without_words(BATCH))
        db.session.rollback()
    groups = groupby(found, key=lambda each: each[0])
    return sum(_note(tenant_id, [each[1] for each in group]) for tenant_id, group in groups)


def _note(tenant_id: uuid.UUID, page_ids: list[uuid.UUID]) -> int:
    with acting_in(tenant_scope(tenant_id)):
        query = select(Page, Revision).join(Revision, Revision.id == Page.live_revision_id)
        rows = db.session.execute(query.where(Page.id.in_(page_ids)).with_for_update(of=Page)).all()
        for page, live in rows:
            note_live_words(page, live)
        db.session.commit()
    return len(rows)
