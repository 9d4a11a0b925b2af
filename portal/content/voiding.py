"""What was handed in, or approved, is void once the text is another one."""

from sqlalchemy import and_, or_, select

from portal.content.notifications import notify
from portal.content.pages import Page, Revision
from portal.content.reviews import Review, Verdict
from portal.content.schedules import Schedule, is_pending
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event


def void_reviews(page: Page, newer: Revision, *, by: Actor) -> int:
    """Void what waits for review, or was approved and not used, since `newer` took its place.

    What is live, or scheduled as it was approved, stays approved. Recorded; whoever handed it in
    and whoever approved it is told. Returns how many were voided; one statement when there is none.
    """
    scheduled = select(Schedule.id).where(
        Schedule.page_id == Review.page_id,
        Schedule.revision_id == Review.revision_id,
        is_pending(Schedule),
    )
    unused = and_(
        Review.state == "approved",
        Review.revision_number == newer.number - 1,
        Review.revision_id.is_distinct_from(page.live_revision_id),
        ~scheduled.exists(),
    )
    query = select(Review).where(Review.page_id == page.id, or_(Review.state == "waiting", unused))
    rows = list(db.session.scalars(query.with_for_update(of=Review)))
    for row in rows:
        _void(row, page, newer, by)
    return len(rows)


def _void(row: Review, page: Page, newer: Revision, by: Actor) -> None:
    row.state, row.closed_at = "voided", now()
    row.reason = f"{by.name or by.label} saved revision {newer.number}."
    record(
        Event.REVIEW_VOIDED, row, by=by, revision=row.revision_number, newer=newer.number,
    )  # fmt: skip
    approvers = select(Verdict.person_id).where(
        Verdict.revision_id == row.revision_id,
        Verdict.review_id == row.id,
        Verdict.said == "approved",
    )
    notify(
        page, "voided",
        f"{by.name or by.label} changed “{row.label}”: the review of revision "
        f"{row.revision_number} is void.",
        [row.submitted_by_id, *db.session.scalars(approvers)], by=by,
    )  # fmt: skip
