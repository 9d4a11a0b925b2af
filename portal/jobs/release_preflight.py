"""Trying out what releases are due soon, while there is time to mend them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, and_, or_, select

from portal.content.moments import moment_at
from portal.content.release_ends import notify
from portal.content.release_looks import how_much, look_over
from portal.content.release_run import DueRelease
from portal.content.release_warnings import Look
from portal.content.releases import Release, ReleaseItem, items_of
from portal.content.schedules import is_pending
from portal.jobs.preflight import AGAIN, FAR, NEAR, TOO_LATE
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.directory import actor_for
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope

AT_ONCE = 20
log = structlog.get_logger()


def try_out_releases() -> int:
    """Try out, an hour and ten minutes before, releases that are due; return how many were.

    Nothing of them is changed. What is in the way is kept and shown with the release; whoever made
    or scheduled it is told when that is news. Safe to run in several processes at once.
    """
    return sum(_try_out(each) for each in _soon())


def _soon() -> list[DueRelease]:
    with reading(), across_tenants("looking for releases that are due soon"):
        query = select(Release.id, Release.tenant_id, Release.approver_id)
        query = query.where(*_conditions(database_now(db.session())))
        rows = db.session.execute(query.order_by(Release.due_at).limit(AT_ONCE)).all()
        db.session.rollback()
    return [DueRelease(*row) for row in rows]


def _conditions(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of being due soon and not tried out since it was."""
    return (
        is_pending(Release),
        Release.due_at > moment + TOO_LATE,
        Release.due_at <= moment + FAR,
        or_(
            Release.checked_at.is_(None),
            Release.checked_at < moment - FAR,
            and_(Release.checked_at < moment - AGAIN, Release.due_at <= moment + NEAR),
        ),
    )


def _try_out(due: DueRelease) -> bool:
    approver = actor_for(due.approver_id) if due.approver_id else None
    with acting_in(tenant_scope(due.tenant_id)):
        query = select(Release).where(
            Release.id == due.release_id, *_conditions(database_now(db.session()))
        )
        release = db.session.scalar(query.with_for_update(skip_locked=True))
        if release is None or release.approver_id != due.approver_id:
            db.session.rollback()
            return False
        items = items_of(release)
        known = _bad(release.problems, *(item.problems for item in items))
        by = replace(SYSTEM, on_behalf_of=release.approver_label)
        look = look_over(release, approver, by=by)
        found = _bad(look.whole, *look.items.values())
        if found and found != known:
            notify(release, items, _sentence(release, items, look))
        db.session.commit()
        log.info("tried a release out", release=str(due.release_id), problems=len(found))
    return True


def _bad(*found: Sequence[dict[str, str]]) -> set[str]:
    return {each["sentence"] for some in found for each in some if each["tone"] == "bad"}


def _sentence(release: Release, items: Sequence[ReleaseItem], look: Look) -> str:
    when = moment_at(release.due_at, release.zone).sentence if release.due_at else "soon"
    why = how_much(look, len(items))
    return f"The release “{release.name}” is due on {when} and would be held: {why}"
