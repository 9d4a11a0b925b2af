"""Shortening the log of what changed in sites: whoever reads it has read it long ago."""

import time

from sqlalchemy import and_, delete, or_, select

from portal.content.site_changes import SiteChange, SiteCopy, mark_of
from tenants.accounts import AccountClosure
from tenants.db import db
from tenants.engines import reading
from tenants.scope import across_tenants

KEPT_SECONDS = 3600
"""How long a change stays in the log; processes that were silent for half of it trust nothing."""
BATCH = 5000


def shorten_log() -> int:
    """Drop what stands in the log for longer, and copies made before it; return how many changes.

    A copy that does not hold is known by the log alone, so it goes first.
    """
    with reading(), across_tenants("looking for the end of the log"):
        old = select(SiteChange.id).where(SiteChange.at < round(time.time()) - KEPT_SECONDS)
        ids = db.session.scalars(old.order_by(SiteChange.at).limit(BATCH)).all()
    if not ids:
        return 0
    with across_tenants("the log of what changed in sites is shortened"):
        below = and_(
            SiteChange.below,
            AccountClosure.ancestor_id == SiteChange.account_id,
            AccountClosure.descendant_id == SiteCopy.account_id,
        )
        older = SiteCopy.mark <= mark_of()
        own = select(SiteChange.id).where(
            SiteChange.id.in_(ids), SiteChange.account_id == SiteCopy.account_id, older
        )
        above = select(SiteChange.id).where(SiteChange.id.in_(ids), below, older)
        db.session.execute(delete(SiteCopy).where(or_(own.exists(), above.exists())))
        db.session.execute(delete(SiteChange).where(SiteChange.id.in_(ids)))
        db.session.commit()
    return len(ids)
