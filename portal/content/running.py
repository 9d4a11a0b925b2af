"""Carrying out a schedule by hand, now: before its time, or after it was held or failed."""

from portal.content.due_rules import verdict_on_revision
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from portal.content.schedules import Schedule
from portal.content.scheduling import lock_open
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission


def run_now(row: Schedule, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Carry a schedule out now, on the right of `by`, and record it; its time stays as it was.

    All that is asked at the due moment is asked here: the text must be the one that was scheduled,
    no newer one live, nothing frozen. Raises Denied, NotApproved, NotReady and Problem.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    lock_open(row)
    page = page_by_id(row.page_id, account.id)
    if page is None:
        raise Problem("The page is gone. Cancel this instead.")
    said = reason or f"Scheduled by {row.approver_label}, run by hand."
    if row.what == "publish":
        _publish(row, page, account, by, said)
    elif page.live_revision_id is not None:
        unpublish(page, account, by=by, reason=said)
    row.state, row.cause, row.next_try_at = "done", "", None
    row.done_at, row.run_by_label = database_now(db.session()), by.label
    row.told_at = row.done_at
    record(
        Event.SCHEDULE_RUN_BY_HAND, row, by=by, reason=reason, what=row.what,
        due=row.due_at.isoformat(),
    )  # fmt: skip


def _publish(row: Schedule, page: Page, account: AccountRef, by: Actor, reason: str) -> None:
    revision = revision_by_id(row.revision_id, page)
    live = revision_by_id(page.live_revision_id, page)
    verdict = verdict_on_revision(row, revision, live.number if live else None)
    if verdict is not None or revision is None:
        raise Problem(f"{verdict.cause if verdict else ''} Cancel this, and schedule another text.")
    if page.live_revision_id != revision.id:
        publish(page, revision, account, by=by, reason=reason)
