"""Carrying out an import: read, planned and cleaned first, then written in one transaction.

The rows decide. Any number of processes may be woken for one import; one takes it up.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal.content import import_runs
from portal.content.exchange.documents import export_of
from portal.content.exchange.files import with_files
from portal.content.exchange.reading import format_of, read_bundle
from portal.content.html_tree import TooDeep
from portal.content.import_runs import Found
from portal.content.importing import carry_out, plan, report_of
from portal.content.imports import ImportRun
from portal.content.media_upload import allowed_types
from portal.content.problems import Problem
from portal.content.storage import StoreDown
from portal.content.wordpress.documents import Export, NotWordPress
from portal.content.wordpress.reader import read
from portal.files import files
from portal.identity.passwords import TooBusy, hash_password
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, Denied
from tenants.directory import account_ref, actor_for
from tenants.engines import reading
from tenants.outages import is_outage
from tenants.quotas import QuotaReached
from tenants.scope import acting_in, tenant_scope

TRIES = 3
EXPECTED = (NotWordPress, Denied, Problem, QuotaReached, TooDeep, TooBusy, StoreDown)
log = structlog.get_logger()


@dataclass(frozen=True)
class Task:
    """What was handed in, and what is wanted of it."""

    data: bytes
    dry_run: bool
    publish: bool


class Refused(Exception):
    """The import cannot be carried out; the message is a sentence for people."""


def run_waiting(import_id: uuid.UUID) -> bool:
    """Carry out an import that waits. False when there is nothing to take up.

    Whatever goes wrong is written into the row in a sentence, and then nothing is imported. Raises
    what tells of it when the database is out of reach: the import is then taken up again later.
    """
    found = import_runs.find(import_id)
    if found is None:
        return False
    account = account_ref(found.account_id)
    person = actor_for(found.person_id) if found.person_id else None
    with acting_in(tenant_scope(found.tenant_id)):
        run = import_runs.take_up(found.id, person or SYSTEM)
        if run is None or account is None:
            return False
        task = Task(run.data or b"", run.dry_run, run.publish)
        db.session.commit()
    _carry_on(found, task, account, person)
    return True


def run_at_once(
    account: AccountRef, filename: str, data: bytes, *, dry_run: bool, by: Actor,
    publish: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Hand a file in and carry it out here and now; return state, error, counts and lines.

    No worker can take it up in between. Raises Denied, Unreadable and QuotaReached, and then
    nothing is stored.
    """
    with acting_in(tenant_scope(account.tenant_id)):
        run = import_runs.hand_in(account, filename, data, dry_run=dry_run, by=by, publish=publish)
        import_runs.take_up(run.id, by)
        found = Found(run.id, account.tenant_id, account.id, by.person_id)
        db.session.commit()
    _carry_on(found, Task(data, dry_run, publish), account, by)
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        return import_runs.as_json(_row(found))


def _carry_on(found: Found, task: Task, account: AccountRef, person: Actor | None) -> None:
    by = person or SYSTEM
    try:
        _run(found, task, account, person)
    except (*EXPECTED, Refused) as problem:
        _fail(found, str(problem), by)
    except Exception as error:  # the row must say so, whatever it was
        if is_outage(error):
            raise
        log.exception("import failed", import_id=str(found.id))
        cause = f"An unforeseen fault ({type(error).__name__}). Nothing was imported; tell us."
        _fail(found, cause, by)


def _run(found: Found, task: Task, account: AccountRef, person: Actor | None) -> None:
    if person is None:
        raise Refused("Whoever handed this in cannot sign in any more; somebody else must.")
    export = _read(task.data, account)
    if task.dry_run:
        _try_out(found, export, account, person, publish=task.publish)
        return
    for attempt in range(1, TRIES + 1):
        try:
            _write(found, export, account, person, publish=task.publish)
        except IntegrityError as error:
            log.warning("import collided with other work", attempt=attempt, error=str(error.orig))
        else:
            return
    raise Refused("The site was changed at the same moment, again and again. Import once more.")


def _read(data: bytes, account: AccountRef) -> Export:
    """Read and clean all that was handed in, files as well, outside of any transaction."""
    if format_of(data) == "wordpress":
        return read(data)
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        allowed = allowed_types(account)
    key = current_app.config["PORTAL"].seal_key
    return export_of(with_files(read_bundle(data), data, allowed, key))


def _try_out(
    found: Found, export: Export, account: AccountRef, person: Actor, *, publish: bool
) -> None:
    with reading(), acting_in(tenant_scope(found.tenant_id)):
        report = report_of(plan(export, account, by=person, publish=publish))
    with acting_in(tenant_scope(found.tenant_id)):
        import_runs.finish(_row(found), report, by=person)
        db.session.commit()


def _write(
    found: Found, export: Export, account: AccountRef, person: Actor, *, publish: bool
) -> None:
    with reading(), acting_in(tenant_scope(found.tenant_id)):
        planned = plan(export, account, by=person, publish=publish)
    with acting_in(tenant_scope(found.tenant_id)):
        done = carry_out(planned, hash_password=hash_password, files=files())
        import_runs.finish(_row(found), report_of(done), by=person)
        db.session.commit()


def _fail(found: Found, cause: str, by: Actor) -> None:
    with acting_in(tenant_scope(found.tenant_id)):
        import_runs.fail(_row(found), cause, by=by)
        db.session.commit()


def _row(found: Found) -> ImportRun:
    run = import_runs.import_by_id(found.id, found.account_id)
    if run is None:
        raise LookupError("The import is gone.")
    return run
