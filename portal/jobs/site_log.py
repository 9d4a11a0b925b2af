"""Shortening the log of what changed in sites: whoever reads it has read it long ago."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, union

from portal.content.site_changes import SiteChange, SiteCopy, mark_of
from tenants.accounts import AccountClosure
from tenants.among import Ids, among
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
        copies = db.session.scalars(_copies_before(ids)).all() if ids else ()
    if not ids:
        return 0
    with across_tenants("the log of what changed in sites is shortened"):
        if copies:
            gone = delete(SiteCopy).where(among(SiteCopy.id, "ids"))
            quickly = {"synchronize_session": False}
            db.session.execute(gone, {"ids": Ids(copies)}, execution_options=quickly)
        db.session.execute(delete(SiteChange).where(SiteChange.id.in_(ids)))
        db.session.commit()
    return len(ids)


def _copies_before(ids: Sequence[int]) -> Any:
    """Return the statement of copies that were made before some changes of their sites.

    Of each account only its last change counts. Whoever writes does not wait for this: it only
    reads.
    """
    mark = func.max(mark_of()).label("mark")
    last = select(SiteChange.account_id, SiteChange.below, mark).where(SiteChange.id.in_(ids))
    changed = last.group_by(SiteChange.account_id, SiteChange.below).cte("changed")
    older = SiteCopy.mark <= changed.c.mark
    own = select(SiteCopy.id).join(changed, changed.c.account_id == SiteCopy.account_id)
    below = (
        select(SiteCopy.id)
        .join(AccountClosure, AccountClosure.descendant_id == SiteCopy.account_id)
        .join(changed, changed.c.account_id == AccountClosure.ancestor_id)
        .where(changed.c.below, older)
    )
    return union(own.where(older), below)
