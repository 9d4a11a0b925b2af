"""The life of an export made beside other work. Each step is recorded, and asks for the right."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from portal.content.exchange.exporting import Exported, Wanted, record_content_export
from portal.content.export_rows import KEPT, LOST_AFTER, MOST_TRIES, OPEN, ExportRun
from portal.content.media_folders import MediaFolder, visible_folders
from portal.content.notifications import Notification
from portal.content.paging import Slice, latest
from portal.content.problems import Problem
from portal.content.storage import Storage
from portal.content.storing import forget_after_commit
from tenants.accounts import AccountRef
from tenants.audit import By, record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied, can, can_any
from tenants.engines import reading
from tenants.events import Event
from tenants.permissions import Permission as P
from tenants.scope import across_tenants

EXPORTING = (P.CONTENT_EXPORT, P.PAGE_VIEW)
MOST_KEPT = 5
LISTED = 20


@dataclass(frozen=True)
class Found:
    """An export that somebody should take up, as it was found."""

    id: uuid.UUID
    tenant_id: uuid.UUID
    account_id: uuid.UUID
    person_id: uuid.UUID


def hand_in(account: AccountRef, wanted: Wanted, *, by: Actor) -> ExportRun:
    """Ask for an export beside other work, and record it.

    Raises Denied, and Problem while another one is under way or too many files are kept.
    """
    _authorize(by, account)
    if by.person_id is None:
        raise Problem("An export is kept for a person. Sign in as one.")
    here = ExportRun.account_id == account.id
    under_way = db.session.scalar(select(ExportRun).where(here, ExportRun.state.in_(OPEN)))
    if under_way is not None:
        raise Problem(
            f"An export of {account.name} is under way already, for {under_way.person_label}. "
            "Only one is made at a time: wait until it is done, or have it cancelled."
        )
    kept = select(func.count()).select_from(ExportRun).where(here, ExportRun.key.is_not(None))
    if (db.session.scalar(kept) or 0) >= MOST_KEPT:
        raise Problem(
            f"{MOST_KEPT} exported files of {account.name} are kept already. Delete one below, or "
            f"wait: each goes after {KEPT.days} days."
        )
    run = ExportRun(
        id=uuid.uuid4(), tenant_id=account.tenant_id, account_id=account.id,
        person_id=by.person_id, person_label=by.name or by.label, format=wanted.format,
        which=wanted.which, with_files=wanted.media, state="waiting",
    )  # fmt: skip
    db.session.add(run)
    record(Event.EXPORT_ASKED, run, by=by, changes={}, account=account.name)
    return run


def find_waiting(limit: int) -> list[uuid.UUID]:
    """Return exports that wait or have lost their worker, the oldest first. Opens its own scope."""
    with reading(), across_tenants("looking for exports that wait"):
        query = select(ExportRun.id).where(_to_take_up()).order_by(ExportRun.created_at)
        return list(db.session.scalars(query.limit(limit)))


def find(export_id: uuid.UUID) -> Found | None:
    """Return where an export belongs, if it is to be taken up. Opens its own scope."""
    columns = (ExportRun.id, ExportRun.tenant_id, ExportRun.account_id, ExportRun.person_id)
    with reading(), across_tenants("looking for the tenant of an export"):
        row = db.session.execute(select(*columns).where(ExportRun.id == export_id, _to_take_up()))
        found = row.first()
        return Found(*found) if found else None


def take_up(export_id: uuid.UUID) -> ExportRun | None:
    """Lock an export that waits and mark it as being made; None when somebody else did."""
    query = select(ExportRun).where(ExportRun.id == export_id, _to_take_up())
    run = db.session.scalar(query.with_for_update(skip_locked=True))
    if run is None:
        return None
    run.state, run.beat_at, run.done, run.total = "working", now(), 0, 0
    run.tries += 1
    return run


def beat(session: Session, export_id: uuid.UUID, attempt: int, done: int, total: int) -> bool:
    """Note how far a worker is; False when it is not its work any more, or was called off."""
    mine = (ExportRun.id == export_id, ExportRun.state == "working", ExportRun.tries == attempt)
    found = session.execute(
        update(ExportRun).where(*mine).values(done=done, total=total, beat_at=now())
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return bool(getattr(found, "rowcount", 0))


def finish(
    run: ExportRun, account: AccountRef, done: Exported, key: str, size: int, *, by: Actor
) -> None:
    """Note where the file is kept, record what left the account, and tell whoever asked."""
    run.state, run.finished_at, run.key, run.size = "done", now(), key, size
    run.pages, run.files, run.ending = done.pages, done.files, done.ending
    run.missing, run.folders = list(done.missing), sorted(map(str, done.folders))
    run.with_people = done.people
    run.done = run.total = done.pages + done.files + len(done.missing)
    wanted = Wanted(run.format, run.which, run.with_files)  # type: ignore[arg-type]  # as handed in
    record_content_export(account, wanted, done, by=by)
    _tell(run, f"The export of {account.name} is ready. It is kept for {KEPT.days} days.")


def fail(run: ExportRun, account: AccountRef, cause: str, *, by: By) -> None:
    """Store in a sentence why there is no file, record it, and tell whoever asked."""
    run.state, run.finished_at, run.error = "failed", now(), cause
    record(Event.EXPORT_FAILED, run, by=by, outcome="failed", changes={}, cause=cause)
    _tell(run, f"{account.name} could not be exported: {cause}")


def cancel(run: ExportRun, account: AccountRef, *, by: Actor) -> None:
    """Call an export off and record it; its worker stops soon. Raises Denied and Problem."""
    _authorize(by, account)
    _refuse_others(run, account, by)
    _hold(run)
    if not run.open:
        raise Problem("This export is not under way any more.")
    run.state, run.finished_at = "cancelled", now()
    record(Event.EXPORT_CANCELLED, run, by=by, changes={})


def drop(run: ExportRun, account: AccountRef, *, by: Actor, files: Storage) -> None:
    """Let go of the file of an export before its time, and record it. Raises Denied and Problem."""
    _authorize(by, account)
    _refuse_others(run, account, by)
    _hold(run)
    if run.key is None:
        raise Problem("There is no file any more.")
    forget_after_commit(files, [run.key])
    run.key = None
    record(Event.EXPORT_DROPPED, run, by=by, changes={})


def fetch(run: ExportRun, account: AccountRef, *, by: Actor) -> str:
    """Return where the file of an export is kept, and record that it is taken away.

    Only whoever asked for it gets it, and only while he may still see all that is in it: others
    see other folders. Raises Denied and Problem.
    """
    _authorize(by, account)
    if by.person_id != run.person_id:
        raise Problem(f"This file is for {run.person_label} alone. Make an export of your own.")
    if run.files:
        _refuse_unless(can_any(by, (P.CONTENT_EXPORT, P.MEDIA_VIEW), account))
    if run.with_people:
        _refuse_unless(can(by, P.ACCESS_VIEW, account))
    if run.folders:
        query = select(func.count()).select_from(MediaFolder).where(
            visible_folders(by, account), MediaFolder.id.in_(map(uuid.UUID, run.folders))
        )  # fmt: skip
        if db.session.scalar(query) != len(run.folders):
            raise Problem("A folder whose files are in it is not there for you any more. "
                          "Export again.")  # fmt: skip
    if run.key is None:
        raise Problem("The file is not kept any more. Export again.")
    record(Event.EXPORT_FETCHED, run, by=by, changes={})
    return run.key


def export_by_id(export_id: uuid.UUID, account: AccountRef) -> ExportRun | None:
    """Return the account's export with this id if it is inside the scope, else None."""
    query = select(ExportRun).where(ExportRun.id == export_id, ExportRun.account_id == account.id)
    return db.session.scalar(query)


def exports_of(account: AccountRef, before: str | None = None, *, by: Actor) -> Slice:
    """Return a page of the exports of an account that somebody sees, the latest first: his own.

    Those who look after the account's content as a whole see all, to call them off.
    """
    return latest(select(ExportRun).where(_shown_to(by, account)), ExportRun, before, LISTED)


def _shown_to(by: Actor, account: AccountRef) -> ColumnElement[bool]:
    here = ExportRun.account_id == account.id
    everybodys = can(by, P.CONTENT_EXPORT, account).allowed
    return here if everybodys else and_(here, ExportRun.person_id == by.person_id)


def _refuse_others(run: ExportRun, account: AccountRef, by: Actor) -> None:
    if by.person_id != run.person_id and not can(by, P.CONTENT_EXPORT, account).allowed:
        raise Problem(f"This export is {run.person_label}’s. Only those who may export content of "
                      "the account as a whole settle other people’s.")  # fmt: skip


def _to_take_up() -> ColumnElement[bool]:
    lost = and_(ExportRun.state == "working", ExportRun.beat_at < now() - LOST_AFTER)
    return or_(ExportRun.state == "waiting", lost)


def worn_out(run: ExportRun) -> bool:
    """Tell whether its worker was lost so often that another would be lost too."""
    return run.tries > MOST_TRIES


def _authorize(by: Actor, account: AccountRef) -> None:
    _refuse_unless(can_any(by, EXPORTING, account))


def _refuse_unless(decision: Any) -> None:
    if not decision.allowed:
        raise Denied(decision)


def _hold(run: ExportRun) -> None:
    db.session.flush()
    db.session.refresh(run, with_for_update=True)


def _tell(run: ExportRun, sentence: str) -> None:
    db.session.add(
        Notification(
            tenant_id=run.tenant_id, account_id=run.account_id, person_id=run.person_id,
            kind="export", export_id=run.id, sentence=sentence,
        )
    )  # fmt: skip
