"""Carrying out releases that are due: all of one or none of it, in one transaction, never early.

The rows decide, as for single schedules: any number of processes may call this at the same time,
and each release is carried out by whoever locks its row first.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import SQLAlchemyError

from portal.content.pages import Revision
from portal.content.release_ends import hold, is_too_late, tell
from portal.content.release_looks import NotTogether, keep, note, prepare
from portal.content.release_warnings import Look
from portal.content.releases import Release, ReleaseItem, items_of
from portal.content.releasing import lock_open
from portal.content.schedules import is_pending
from portal.content.together import Outcome, put_together
from tenants.accounts import AccountRef
from tenants.audit import circumstances, excuse, record
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, authorize
from tenants.directory import actor_for
from tenants.engines import reading
from tenants.events import Event
from tenants.outages import is_outage
from tenants.permissions import Permission
from tenants.scope import across_tenants, acting_in, tenant_scope

AT_ONCE = 20
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30))
"""How long after the first, and the second, unforeseen fault it is tried again."""
ATTEMPTS = len(BACK_OFF) + 1
log = structlog.get_logger()


class _HeldBack(Exception):
    """Rolls the savepoint back: something stands in the way."""


@dataclass(frozen=True)
class DueRelease:
    """A release whose moment has come, as found; it is looked at again when it is claimed."""

    release_id: uuid.UUID
    tenant_id: uuid.UUID
    approver_id: uuid.UUID | None


def carry_out_releases(limit: int = AT_ONCE) -> int:
    """Carry out the releases due by the database's clock, the longest due first; return how many.

    One that fails does not keep the others back. Raises what tells of it, after all were tried,
    when the database was out of reach for one: that one stays pending.
    """
    count, unreachable = 0, None
    for due in _find_due(limit):
        try:
            count += carry_out_release(due)
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
            db.session.rollback()
            unreachable = error
    if unreachable is not None:
        raise unreachable
    return count


def carry_out_release(due: DueRelease) -> bool:
    """Carry out one. False when somebody else did, moved or cancelled it, or it is to wait."""
    approver = actor_for(due.approver_id) if due.approver_id else None
    with circumstances(request_id=f"release-{due.release_id.hex}"):
        try:
            return _in_transaction(due, approver)
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("release failed", release=str(due.release_id))
            _note_fault(due, type(error).__name__)
            return False


def run_now(release: Release, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Carry out an open release at once, in this transaction. Recorded, each page and the whole.

    Raises Denied, NotTogether when something stands in the way, and Problem when it is over.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    lock_open(release)
    items = items_of(release)
    look = _attempt(release, items, by, by=by, reason=reason)
    keep(release, items, look)
    if look.bad:
        raise NotTogether(look, len(items))
    release.due_at = release.due_at or release.done_at
    release.approver_id, release.approver_label = by.person_id, by.label
    release.told_at = release.done_at


def _find_due(limit: int) -> list[DueRelease]:
    with reading(), across_tenants("looking for releases that are due"):
        moment = database_now(db.session())
        query = (
            select(Release.id, Release.tenant_id, Release.approver_id)
            .where(*_waits(moment))
            .order_by(Release.due_at, Release.id)
            .limit(limit)
        )
        return [DueRelease(*row) for row in db.session.execute(query)]


def _waits(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    again = or_(Release.next_try_at.is_(None), Release.next_try_at <= moment)
    return is_pending(Release), Release.due_at <= moment, again


def _claim(due: DueRelease) -> Release | None:
    query = select(Release).where(
        Release.id == due.release_id,
        *_waits(database_now(db.session())),
    )
    return db.session.scalar(query.with_for_update(skip_locked=True))


def _in_transaction(due: DueRelease, approver: Actor | None) -> bool:
    with acting_in(tenant_scope(due.tenant_id)):
        release = _claim(due)
        if release is None or release.approver_id != due.approver_id:
            return False
        items = items_of(release)
        if not is_too_late(release, items):
            by = replace(SYSTEM, on_behalf_of=release.approver_label)
            look = _attempt(release, items, approver, by=by)
            keep(release, items, look)
            if look.bad:
                hold(release, items, look)
            else:
                tell(release, items, f"The release “{release.name}” was carried out.")
        db.session.commit()
        return True


def _attempt(
    release: Release, items: Sequence[ReleaseItem], approver: Actor | None, *, by: Actor,
    reason: str = "",
) -> Look:  # fmt: skip
    """Carry it out in a savepoint; one thing in the way rolls all of it back."""
    look, pieces = prepare(release, items, approver)
    told = f"Release “{release.name}”, by {by.on_behalf_of or by.label}. {reason}".strip()
    was = {item.id: (p.page.live_revision_id, p.page.address) for item in items
           if (p := pieces.get(item.id))}  # fmt: skip
    try:
        with db.session.begin_nested():
            outcome = put_together(list(pieces.values()), by=by, reason=told)
            note(look, items, outcome)
            if look.bad:
                raise _HeldBack
            _finish(release, items, outcome, was, by=by, reason=reason)
    except _HeldBack:
        pass
    return look


def _finish(
    release: Release, items: Sequence[ReleaseItem], outcome: Outcome,
    was: dict[uuid.UUID, tuple[uuid.UUID | None, str | None]], *, by: Actor, reason: str,
) -> None:  # fmt: skip
    numbers = _numbers({live for live, _ in was.values() if live})
    for item in items:
        live, item.was_address = was[item.id]
        item.was_revision_number = numbers.get(live) if live else None
    release.state, release.done_at = "done", database_now(db.session())
    release.trace, release.cause = outcome.trace, ""
    due = release.due_at or release.done_at
    record(
        Event.RELEASE_RUN, release, by=by, reason=reason, changes={}, due=due.isoformat(),
        live=outcome.live, offline=outcome.offline,
        delay_ms=round((release.done_at - due).total_seconds() * 1000),
    )  # fmt: skip


def _numbers(revision_ids: set[uuid.UUID]) -> dict[uuid.UUID, int]:
    query = select(Revision.id, Revision.number).where(Revision.id.in_(revision_ids))
    return dict(db.session.execute(query).all())


def _note_fault(due: DueRelease, cause: str) -> None:
    """Count an unforeseen fault: tried again after a while, given up after ATTEMPTS."""
    with acting_in(tenant_scope(due.tenant_id)):
        release = _claim(due)
        if release is None:
            return
        release.attempts += 1
        if release.attempts < ATTEMPTS:
            wait = BACK_OFF[release.attempts - 1]
            release.next_try_at = database_now(db.session()) + wait
            excuse(release, "It is tried again; the trail tells how it ends.")
        else:
            release.state, release.cause = "failed", f"An unforeseen fault ({cause})."
            record(
                Event.RELEASE_FAILED, release, by=SYSTEM, outcome="failed", cause=release.cause,
                attempts=release.attempts,
            )  # fmt: skip
            told = f"The release “{release.name}” failed {release.attempts} times and was given up."
            tell(release, items_of(release), told)
        db.session.commit()
