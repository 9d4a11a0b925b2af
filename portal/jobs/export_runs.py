"""Making an export that waits: read and written beside other work, kept in the store for a week.

The rows decide. Any number of processes may be woken for one export; one takes it up.
"""

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import ColumnElement, select

from portal.content import export_runs
from portal.content.exchange.exporting import Exported, Wanted
from portal.content.export_rows import KEPT, ExportRun
from portal.content.export_runs import Found
from portal.content.problems import Problem
from portal.content.storage import StoreDown
from portal.content.storing import forget_after_commit
from portal.files import files
from portal.jobs.exports import make_export
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, Denied
from tenants.directory import account_ref, actor_for
from tenants.engines import reading
from tenants.outages import is_outage
from tenants.scope import across_tenants, acting_in, aside, tenant_scope

MIMES = {"zip": "application/zip", "csv": "text/csv", "xml": "application/xml"}
TELL_SECONDS = 1.0
BATCH = 100
log = structlog.get_logger()


class _CalledOff(Exception):
    """Somebody cancelled it, or another worker has it by now: there is nothing more to say."""


@dataclass(frozen=True)
class _Task:
    """One export as one worker took it up."""

    found: Found
    account: AccountRef
    by: Actor
    wanted: Wanted
    attempt: int


def run_export(export_id: uuid.UUID) -> bool:
    """Make an export that waits. False when there is nothing to take up.

    Whatever goes wrong is written into the row in a sentence. Raises what tells of it when the
    database is out of reach: the export is then taken up again later, as after a worker's death.
    """
    found = export_runs.find(export_id)
    account = account_ref(found.account_id) if found else None
    if found is None or account is None:
        return False
    person = actor_for(found.person_id)
    with acting_in(tenant_scope(found.tenant_id)):
        run = export_runs.take_up(found.id)
        if run is None:
            return False
        if why := _why_not(run, person):
            export_runs.fail(run, account, why, by=person or SYSTEM)
            db.session.commit()
            return True
        wanted = Wanted(run.format, run.which, run.with_files)  # type: ignore[arg-type]  # as handed in
        attempt = run.tries
        db.session.commit()
    if person is not None:
        _carry_on(_Task(found, account, person, wanted, attempt))
    return True


def _why_not(run: ExportRun, person: Actor | None) -> str:
    if person is None:
        return "Whoever asked for this cannot sign in any more; somebody else must."
    if export_runs.worn_out(run):
        return (
            "The process that made it was ended again and again, perhaps for want of memory or "
            "disk. Take fewer files along, or tell the operator."
        )
    return ""


def _carry_on(task: _Task) -> None:
    try:
        _make(task)
    except _CalledOff:
        log.info("export called off", export_id=str(task.found.id))
    except (Denied, Problem, StoreDown) as problem:
        _fail(task, str(problem))
    except Exception as error:  # the row must say so, whatever it was
        if is_outage(error):
            raise
        log.exception("export failed", export_id=str(task.found.id))
        _fail(task, f"An unforeseen fault ({type(error).__name__}). Try again, or tell us.")


def _make(task: _Task) -> None:
    done = make_export(task.account, task.wanted, by=task.by, tell=_teller(task))
    owner = task.account
    key = (
        f"{owner.tenant_id.hex}/{owner.id.hex}/{task.found.id.hex}/"
        f"export-{task.attempt}.{done.ending}"
    )
    with done.file:
        size = done.file.seek(0, os.SEEK_END)
        done.file.seek(0)
        files().put_file(key, done.file, MIMES[done.ending])
    if not _finish(task, done, key, size):
        files().delete([key])


def _teller(task: _Task) -> Callable[[int, int], None]:
    """Return what notes how far it is, once a second; it raises when it was called off."""
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told < TELL_SECONDS:
            return
        told = time.monotonic()
        # Asking something keeps this transaction from being ended as one that stands still.
        db.session.scalar(select(ExportRun.state).where(ExportRun.id == task.found.id))
        with aside(tenant_scope(task.found.tenant_id)) as session:
            mine = export_runs.beat(session, task.found.id, task.attempt, done, total)
        if not mine:
            raise _CalledOff

    return tell


def _finish(task: _Task, done: Exported, key: str, size: int) -> bool:
    with acting_in(tenant_scope(task.found.tenant_id)):
        run = _mine(task)
        if run is None:
            return False
        export_runs.finish(run, task.account, done, key, size, by=task.by)
        db.session.commit()
    return True


def _fail(task: _Task, cause: str) -> None:
    with acting_in(tenant_scope(task.found.tenant_id)):
        run = _mine(task)
        if run is not None:
            export_runs.fail(run, task.account, cause, by=task.by)
            db.session.commit()


def _mine(task: _Task) -> ExportRun | None:
    """Return the export, locked, while it is this worker's."""
    query = select(ExportRun).where(
        ExportRun.id == task.found.id, ExportRun.state == "working", ExportRun.tries == task.attempt
    )
    return db.session.scalar(query.with_for_update())


def let_go_of_old_exports() -> int:
    """Let go of files that were exported longer than KEPT ago; return how many. The rows stay."""
    with reading(), across_tenants("looking for exports of last week"):
        query = select(ExportRun.id, ExportRun.tenant_id).where(*_old())
        rows = [(row.id, row.tenant_id) for row in db.session.execute(query.limit(BATCH))]
    return sum(_let_go(*each) for each in rows)


def _let_go(export_id: uuid.UUID, tenant_id: uuid.UUID) -> bool:
    with acting_in(tenant_scope(tenant_id)):
        query = select(ExportRun).where(ExportRun.id == export_id, *_old())
        run = db.session.scalar(query.with_for_update())
        if run is None or run.key is None:
            return False
        forget_after_commit(files(), [run.key])
        run.key = None
        db.session.commit()
    return True


def _old() -> tuple[ColumnElement[bool], ...]:
    return (ExportRun.key.is_not(None), ExportRun.finished_at < now() - KEPT)
