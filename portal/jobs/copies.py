"""Letting go of what people typed, never saved and never came back for."""

import structlog
from sqlalchemy import delete

from portal.content.copies import KEPT_FOR, WorkingCopy
from portal.content.locks import PagePresence
from tenants.clock import now
from tenants.db import db
from tenants.scope import across_tenants

log = structlog.get_logger()


def forget_copies() -> int:
    """Delete working copies nobody touched for KEPT_FOR, and who was where; return how many."""
    oldest = now() - KEPT_FOR
    gone = 0
    with across_tenants("texts nobody came back for are let go"):
        for query in (
            delete(WorkingCopy).where(WorkingCopy.saved_at < oldest),
            delete(PagePresence).where(PagePresence.seen_at < oldest),
        ):
            gone += db.session.execute(query).rowcount  # type: ignore[attr-defined]  # a DELETE's
        db.session.commit()
    if gone:
        log.info("working copies let go", rows=gone)
    return gone
