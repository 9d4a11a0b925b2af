"""Carrying out what is due: claimed, asked again, done once, never early, never silently.

The rows decide. Any number of processes may call this at the same time; each schedule is carried
out in a transaction of its own, by whoever locks its row first.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from portal.content.drafting import digest_now
from portal.content.pages import Page, Revision, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from portal.content.schedules import Schedule
from tenants.accounts import AccountRef
from tenants.audit import circumstances, record
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, can
from tenants.directory import account_ref, actor_for
from tenants.engines import reading
from tenants.events import Event
from tenants.permissions import Permission
from tenants.scope import across_tenants, acting_in, tenant_scope

BATCH = 200
log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """A schedule whose moment has come, as found; it is looked at again when it is claimed."""

    schedule_id: uuid.UUID
    tenant_id: uuid.UUID
    account_id: uuid.UUID
    approver_id: uuid.UUID | None
    due_at: datetime


def publish_due(limit: int = BATCH) -> int:
    """Carry out everything due by the database's clock, the longest due first; return how many.

    Raises OperationalError when the database is out of reach: what is due then stays pending.
    """
    found = find_due(limit)
    return sum(carry_out(due) for due in found)


def find_due(limit: int) -> list[Due]:
    """Return schedules that are due, the longest due first."""
    with reading(), across_tenants("looking for what is due"):
        rows = db.session.execute(
            select(
                Schedule.id, Schedule.tenant_id, Schedule.account_id, Schedule.approver_id,
                Schedule.due_at,
            )
            .where(Schedule.state == "pending", Schedule.due_at <= database_now(db.session()))
            .order_by(Schedule.due_at, Schedule.id)
            .limit(limit)
        )  # fmt: skip
        return [Due(*row) for row in rows]


def carry_out(due: Due) -> bool:
    """Carry out one schedule. False when somebody else did, moved or cancelled it meanwhile."""
    account = account_ref(due.account_id)
    approver = actor_for(due.approver_id) if due.approver_id else None
    with circumstances(request_id=f"schedule-{due.schedule_id.hex}"):
        try:
            return _in_transaction(due, account, approver)
        except OperationalError:
            raise
        except Exception as error:
            log.exception("schedule failed", schedule=str(due.schedule_id))
            return _hold_alone(due, f"An unforeseen fault ({type(error).__name__}).")


def _in_transaction(due: Due, account: AccountRef | None, approver: Actor | None) -> bool:
    with acting_in(tenant_scope(due.tenant_id)):
        row = _claim(due)
        if row is None:
            return False
        if row.approver_id != due.approver_id or account is None:
            return False
        cause = _why_not(row, account, approver)
        if cause:
            _hold(row, cause)
        else:
            _do(row, account)
        db.session.commit()
        return True


def _claim(due: Due) -> Schedule | None:
    """Lock the row if it still waits and is due by the database's clock (RQ may wake us early)."""
    return db.session.scalar(
        select(Schedule)
        .where(
            Schedule.id == due.schedule_id,
            Schedule.state == "pending",
            Schedule.due_at <= database_now(db.session()),
        )
        .with_for_update(skip_locked=True)
    )


def _why_not(row: Schedule, account: AccountRef, approver: Actor | None) -> str:
    if approver is None:
        return f"{row.approver_label} cannot sign in any more; somebody else must approve it."
    decision = can(approver, Permission.PAGE_PUBLISH, account)
    if not decision.allowed:
        return decision.sentence
    page = page_by_id(row.page_id, account.id)
    if page is None:
        return "The page is gone."
    return _why_not_revision(row, page) if row.what == "publish" else ""


def _why_not_revision(row: Schedule, page: Page) -> str:
    revision = revision_by_id(row.revision_id, page)
    if revision is None or digest_now(revision) != row.revision_digest:
        return "The text is no longer the one that was scheduled."
    live = revision_by_id(page.live_revision_id, page)
    if live is not None and live.number > revision.number:
        return (
            f"Revision {live.number}, which is newer than the scheduled revision "
            f"{revision.number}, is live already."
        )
    return ""


def _do(row: Schedule, account: AccountRef) -> None:
    page = page_by_id(row.page_id, account.id)
    if page is None:
        raise LookupError("The page is gone.")
    by = replace(SYSTEM, on_behalf_of=row.approver_label)
    due_at = row.due_at
    try:
        with db.session.begin_nested():
            _change(row, page, account, by)
    except Problem as problem:
        _hold(row, str(problem))
        return
    row.state, row.done_at = "done", database_now(db.session())
    record(
        Event.SCHEDULE_RUN, row, by=by, what=row.what, due=due_at.isoformat(),
        delay_ms=row.delay_ms,
    )  # fmt: skip


def _change(row: Schedule, page: Page, account: AccountRef, by: Actor) -> None:
    reason = f"Scheduled by {row.approver_label}."
    if row.what == "publish":
        revision = revision_by_id(row.revision_id, page)
        if revision is None:
            raise LookupError("The revision is gone.")
        if not _is_live(page, revision):
            publish(page, revision, account, by=by, reason=reason)
    elif page.live_revision_id is not None:
        unpublish(page, account, by=by, reason=reason)


def _is_live(page: Page, revision: Revision) -> bool:
    return page.live_revision_id == revision.id


def _hold(row: Schedule, cause: str) -> None:
    row.state, row.cause = "held", cause
    record(
        Event.SCHEDULE_HELD, row, by=SYSTEM, outcome="failed", what=row.what,
        due=row.due_at.isoformat(), cause=cause,
    )  # fmt: skip


def _hold_alone(due: Due, cause: str) -> bool:
    with acting_in(tenant_scope(due.tenant_id)):
        row = _claim(due)
        if row is not None:
            _hold(row, cause)
        db.session.commit()
    return True
