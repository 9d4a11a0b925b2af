"""Reading the texts of a crowd before it is due, so that its second is left for publishing."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from portal.content.due_texts import AHEAD, CHUNK
from portal.content.schedules import Schedule, is_pending
from tenants.clock import database_now
from tenants.db import db
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope

SOON = timedelta(seconds=60)
CROWD = 200
"""So many due within `SOON` are worth it; fewer are read when they are due."""
MOST = 20_000
"""For so many texts at most: some 20 MB."""


def read_ahead() -> int:
    """Read what is due within a minute, if that is a crowd; return how many texts are at hand.

    Nothing is decided here: whatever can change by then is asked at the due moment.
    """
    AHEAD.forget()
    soon = _due_soon()
    if sum(map(len, soon.values())) >= CROWD:
        for tenant_id, ids in soon.items():
            _read(tenant_id, ids)
    return len(AHEAD)


def _due_soon() -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return the scheduled revisions by tenant, those due first. Two statements."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    with reading(), across_tenants("reading ahead what is due soon"):
        moment = database_now(db.session())
        query = select(Schedule.tenant_id, Schedule.revision_id).where(
            is_pending(Schedule), Schedule.what == "publish",
            Schedule.due_at.between(moment, moment + SOON),
        )  # fmt: skip
        for tenant_id, revision_id in db.session.execute(
            query.order_by(Schedule.due_at).limit(MOST)
        ):
            if revision_id is not None:
                found.setdefault(tenant_id, []).append(revision_id)
        db.session.rollback()
    return found


def _read(tenant_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
    for start in range(0, len(ids), CHUNK):
        with reading(), acting_in(tenant_scope(tenant_id)):
            AHEAD.read(ids[start : start + CHUNK])
            db.session.rollback()
