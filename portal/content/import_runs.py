"""The life of an import: handed in, taken up, finished or failed. Each step is recorded."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from portal.content.exchange.reading import format_of
from portal.content.imports import STUCK_AFTER, ImportRun
from portal.content.paging import PER_PAGE, Slice, latest
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import By, record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, authorize
from tenants.engines import reading
from tenants.events import Event
from tenants.limiting import take
from tenants.permissions import Permission
from tenants.quotas import Resource
from tenants.scope import across_tenants

NAME_LENGTH = 200
LISTED = PER_PAGE


@dataclass(frozen=True)
class Found:
    """An import that somebody should take up, as it was found."""

    id: uuid.UUID
    tenant_id: uuid.UUID
    account_id: uuid.UUID
    person_id: uuid.UUID | None


def hand_in(
    account: AccountRef, filename: str, data: bytes, *, dry_run: bool, by: Actor,
    publish: bool = True,
) -> ImportRun:  # fmt: skip
    """Store a file to be imported, waiting to be taken up, and record it.

    Raises Denied, QuotaReached, and Unreadable for what is no kind of file that is imported.
    """
    authorize(by, Permission.CONTENT_IMPORT, account)
    take(Resource.STORAGE, account, len(data), by=by)
    run = ImportRun(
        tenant_id=account.tenant_id, account_id=account.id, filename=shown_name(filename),
        data=data, format=format_of(data), publish=publish, dry_run=dry_run,
        person_id=by.person_id, state="waiting",
    )  # fmt: skip
    db.session.add(run)
    record(Event.IMPORT_ASKED, run, by=by, changes={}, dry_run=dry_run)
    return run


def hand_in_again(run: ImportRun, account: AccountRef, *, by: Actor) -> ImportRun:
    """Hand in the file of a dry run that is done, for real.

    Raises Denied, Problem and QuotaReached.
    """
    if not run.dry_run or run.state != "done" or run.data is None:
        raise Problem("Only a finished dry run can be imported for real. Upload the file again.")
    return hand_in(account, run.filename, run.data, dry_run=False, by=by, publish=run.publish)


def find_waiting(limit: int) -> list[uuid.UUID]:
    """Return imports that wait or have lost their worker, the oldest first. Opens its own scope."""
    with reading(), across_tenants("looking for imports that wait"):
        query = select(ImportRun.id).where(_open(now())).order_by(ImportRun.created_at)
        return list(db.session.scalars(query.limit(limit)))


def find(import_id: uuid.UUID) -> Found | None:
    """Return where an import belongs, if it is to be taken up. Opens its own scope."""
    with reading(), across_tenants("looking for the tenant of an import"):
        row = db.session.execute(
            select(
                ImportRun.id, ImportRun.tenant_id, ImportRun.account_id, ImportRun.person_id
            ).where(ImportRun.id == import_id, _open(now()))
        ).first()
        return Found(*row) if row else None


def take_up(import_id: uuid.UUID, by: By = SYSTEM) -> ImportRun | None:
    """Lock an import that waits and mark it as being worked on; None when somebody else did."""
    run = db.session.scalar(
        select(ImportRun)
        .where(ImportRun.id == import_id, _open(now()))
        .with_for_update(skip_locked=True)
    )
    if run is None:
        return None
    run.state, run.started_at = "working", now()
    record(Event.IMPORT_STARTED, run, by=by, changes={}, dry_run=run.dry_run)
    return run


def finish(run: ImportRun, report: dict[str, Any], *, by: By) -> None:
    """Store the report of an import and record it; after a real one the file is let go."""
    run.state, run.finished_at, run.error = "done", now(), ""
    run.counts, run.lines = report["counts"], report["lines"]
    if not run.dry_run:
        run.data = None
    kind = Event.IMPORT_TRIED if run.dry_run else Event.IMPORT_FINISHED
    record(kind, run, by=by, changes={}, counts=report["counts"])


def fail(run: ImportRun, cause: str, *, by: By) -> None:
    """Store in a sentence why nothing was imported, record it, and let the file go."""
    run.state, run.finished_at, run.error, run.data = "failed", now(), cause, None
    record(Event.IMPORT_FAILED, run, by=by, outcome="failed", changes={}, cause=cause)


def import_by_id(import_id: uuid.UUID, account_id: uuid.UUID) -> ImportRun | None:
    """Return the account's import with this id if it is inside the scope, else None."""
    return db.session.scalar(
        select(ImportRun).where(ImportRun.id == import_id, ImportRun.account_id == account_id)
    )


def imports_of(account_id: uuid.UUID, before: str | None = None) -> Slice:
    """Return the account's imports, the latest first, a page of them from a key on."""
    query = select(ImportRun).where(ImportRun.account_id == account_id)
    return latest(query, ImportRun, before, LISTED)


def as_json(run: ImportRun) -> dict[str, Any]:
    """Return all that people are told of an import."""
    return {
        "file": run.filename, "format": run.format, "dry_run": run.dry_run,
        "state": run.state, "error": run.error,
        "counts": run.counts, "lines": run.lines,
    }  # fmt: skip


def shown_name(filename: str) -> str:
    """Return a file's name without folders, control characters and excess length."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in name if c.isprintable() or c == " ").strip()
    return kept[:NAME_LENGTH] or "export"


def _open(at: datetime) -> ColumnElement[bool]:
    return or_(
        ImportRun.state == "waiting",
        and_(ImportRun.state == "working", ImportRun.started_at < at - STUCK_AFTER),
    )
