"""One schedule that is due, carried out in a transaction of its own."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased

from portal.content.due_rules import (
    Verdict,
    verdict_on_delay,
    verdict_on_revision,
    verdict_on_right,
    verdict_on_window,
)
from portal.content.due_world import World, is_due
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from portal.content.schedules import Schedule, is_pending
from tenants.accounts import AccountRef
from tenants.audit import circumstances, excuse, record
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor
from tenants.events import Event
from tenants.outages import is_outage
from tenants.scope import acting_in, tenant_scope

PAUSES = (timedelta(seconds=10), timedelta(seconds=60))
"""How long after a fault it is tried again; after the last try it is `failed`."""
CONFLICTS = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATEs of having met somebody else: serialization, deadlock, lock not had. Again at once."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """A schedule whose moment has come, as found; it is looked at again when it is claimed."""

    schedule_id: uuid.UUID
    tenant_id: uuid.UUID


def request_id_of(schedule_id: uuid.UUID) -> str:
    """Return what marks every event of a schedule that was carried out."""
    return f"schedule-{schedule_id.hex}"


def carry_out(due: Due, world: World) -> bool:
    """Carry out one schedule. False when somebody else did, or moved or cancelled it meanwhile.

    A fault of ours is tried again after PAUSES. Raises what tells of an outage.
    """
    with circumstances(request_id=request_id_of(due.schedule_id)):
        try:
            return _in_transaction(due, world)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in CONFLICTS:
                raise
            db.session.rollback()
            return False
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("schedule failed", schedule=str(due.schedule_id))
            db.session.rollback()
            return _note_fault(due, error)


def _in_transaction(due: Due, world: World) -> bool:
    with acting_in(tenant_scope(due.tenant_id)):
        moment = database_now(db.session())
        row = _claim(due, moment)
        if row is None or not world.knows(row):
            return False
        account = world.accounts.get(row.account_id)
        approver = world.approvers.get(row.approver_id) if row.approver_id else None
        verdict = _verdict(row, account, approver, moment)
        if verdict is None and account is not None:
            verdict = _do(row, account)
        if verdict is not None:
            end(row, verdict)
        db.session.commit()
        return True


def _claim(due: Due, moment: datetime) -> Schedule | None:
    """Lock the row and its page if it still waits and is due (RQ may wake us early).

    Who finds one of them locked leaves both alone, so that nobody waits for each other. What was
    due earlier for the page comes first, whoever has it: a page that went offline before it went
    live would stay live.
    """
    first = aliased(Schedule)
    earlier = select(first.id).where(
        first.page_id == Schedule.page_id, is_pending(first), first.due_at < Schedule.due_at
    )
    query = (
        select(Schedule)
        .join(Page, Page.id == Schedule.page_id)
        .where(Schedule.id == due.schedule_id, *is_due(moment), ~earlier.exists())
        .with_for_update(of=(Schedule, Page), skip_locked=True)
        .execution_options(**WITH_TRASH)
    )
    return db.session.scalar(query)


def _verdict(
    row: Schedule, account: AccountRef | None, approver: Actor | None, moment: datetime
) -> Verdict | None:
    found = (
        verdict_on_window(row, _offline_at(row, moment))
        or verdict_on_delay(row, moment)
        or verdict_on_right(row, account, approver)
    )
    if found is not None:
        return found
    page = page_by_id(row.page_id, row.account_id)
    if page is None:
        return Verdict("held", "The page is gone.")
    if row.what != "publish":
        return None
    live = revision_by_id(page.live_revision_id, page)
    return verdict_on_revision(
        row, revision_by_id(row.revision_id, page), live.number if live else None
    )


def _offline_at(row: Schedule, moment: datetime) -> datetime | None:
    """Return when the page should have gone offline again by now, if it should."""
    query = select(Schedule.due_at).where(
        Schedule.page_id == row.page_id, Schedule.what == "unpublish", *is_due(moment),
        Schedule.due_at > row.due_at,
    )  # fmt: skip
    return db.session.scalar(query.order_by(Schedule.due_at).limit(1))


def _do(row: Schedule, account: AccountRef) -> Verdict | None:
    page = page_by_id(row.page_id, account.id)
    if page is None:
        raise LookupError("The page is gone.")
    by = replace(SYSTEM, on_behalf_of=row.approver_label)
    moment = database_now(db.session())
    try:
        with db.session.begin_nested():
            changed = _change(row, page, account, by, moment)
    except Problem as problem:
        return Verdict("held", str(problem))
    row.state, row.done_at, row.cause = "done", moment, ""
    if changed:
        excuse(row, "The event of the page tells when it was due and when it was carried out.")
    else:
        record(Event.SCHEDULE_RUN, row, by=by, what=row.what, due=row.due_at.isoformat())
    return None


def reason_of(row: Schedule) -> str:
    """Return why the portal does it, for the trail."""
    return f"Scheduled by {row.approver_label}."


def due_told(row: Any, carried_out: str) -> dict[str, list[str]]:
    """Return what the page's event tells of its schedule: when it was due, and carried out."""
    return {"due, carried out": [row.due_at.isoformat(), carried_out]}


def _change(row: Schedule, page: Page, account: AccountRef, by: Actor, moment: datetime) -> bool:
    """Do what was scheduled; tell whether anything was left to do."""
    reason, told = reason_of(row), due_told(row, moment.isoformat())
    if row.what == "unpublish":
        if page.live_revision_id is None:
            return False
        unpublish(page, account, by=by, reason=reason, due=told)
        return True
    revision = revision_by_id(row.revision_id, page)
    if revision is None:
        raise LookupError("The revision is gone.")
    if page.live_revision_id == revision.id:
        return False
    publish(page, revision, account, by=by, reason=reason, due=told)
    return True


def end(row: Schedule, verdict: Verdict) -> None:
    """Hold or skip a claimed schedule. Recorded."""
    row.state, row.cause = verdict.state, verdict.cause
    kind = Event.SCHEDULE_HELD if verdict.state == "held" else Event.SCHEDULE_SKIPPED
    record(
        kind, row, by=SYSTEM, outcome="failed", what=row.what, due=row.due_at.isoformat(),
        cause=verdict.cause,
    )  # fmt: skip


def _note_fault(due: Due, error: Exception) -> bool:
    """Count a fault: try again later, or give up and say so. In a transaction of its own."""
    with acting_in(tenant_scope(due.tenant_id)):
        moment = database_now(db.session())
        row = _claim(due, moment)
        if row is None:
            db.session.rollback()
            return False
        row.attempts += 1
        row.cause = f"An unforeseen fault ({type(error).__name__})."
        if row.attempts > len(PAUSES):
            row.state = "failed"
            kind = Event.SCHEDULE_FAILED
        else:
            row.next_try_at = moment + PAUSES[row.attempts - 1]
            kind = Event.SCHEDULE_RETRIED
        record(
            kind, row, by=SYSTEM, outcome="failed", what=row.what, due=row.due_at.isoformat(),
            cause=row.cause, attempt=row.attempts,
        )  # fmt: skip
        db.session.commit()
    return row.state == "failed"
