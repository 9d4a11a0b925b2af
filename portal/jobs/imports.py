"""Carrying out an import: read, planned and cleaned first, then written in one transaction.

The rows decide. Any number of processes may be woken for one import; one takes it up.
"""

import uuid
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.content import import_runs
from portal.content.html_tree import TooDeep
from portal.content.import_runs import Found
from portal.content.importing import carry_out, plan, report_of
from portal.content.imports import ImportRun
from portal.content.problems import Problem
from portal.content.wordpress.documents import Export, NotWordPress
from portal.content.wordpress.reader import read
from portal.identity.passwords import TooBusy, hash_password
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, Denied
from tenants.directory import account_ref, actor_for
from tenants.engines import reading
from tenants.quotas import QuotaReached
from tenants.scope import acting_in, tenant_scope

TRIES = 3
EXPECTED = (NotWordPress, Denied, Problem, QuotaReached, TooDeep, TooBusy)
log = structlog.get_logger()


class Refused(Exception):
    """The import cannot be carried out; the message is a sentence for people."""


def run_waiting(import_id: uuid.UUID) -> bool:
    """Carry out an import that waits. False when there is nothing to take up.

    Whatever goes wrong is written into the row in a sentence, and then nothing is imported. Raises
    OperationalError when the database is out of reach: the import is then taken up again later.
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
        data, dry_run = run.data or b"", run.dry_run
        db.session.commit()
    _carry_on(found, data, account, person, dry_run=dry_run)
    return True


def run_at_once(
    account: AccountRef, filename: str, data: bytes, *, dry_run: bool, by: Actor
) -> dict[str, Any]:
    """Hand a file in and carry it out here and now; return state, error, counts and lines.

    No worker can take it up in between. Raises Denied, and then nothing is stored.
    """
    with acting_in(tenant_scope(account.tenant_id)):
        run = import_runs.hand_in(account, filename, data, dry_run=dry_run, by=by)
        import_runs.take_up(run.id, by)
        found = Found(run.id, account.tenant_id, account.id, by.person_id)
        db.session.commit()
    _carry_on(found, data, account, by, dry_run=dry_run)
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        return import_runs.as_json(_row(found))


def _carry_on(
    found: Found, data: bytes, account: AccountRef, person: Actor | None, *, dry_run: bool
) -> None:
    by = person or SYSTEM
    try:
        _run(found, data, account, person, dry_run=dry_run)
    except OperationalError:
        raise
    except (*EXPECTED, Refused) as problem:
        _fail(found, str(problem), by)
    except Exception as error:  # the row must say so, whatever it was
        log.exception("import failed", import_id=str(found.id))
        cause = f"An unforeseen fault ({type(error).__name__}). Nothing was imported; tell us."
        _fail(found, cause, by)


def _run(
    found: Found, data: bytes, account: AccountRef, person: Actor | None, *, dry_run: bool
) -> None:
    if person is None:
        raise Refused("Whoever handed this in cannot sign in any more; somebody else must.")
    export = read(data)
    if dry_run:
        _try_out(found, export, account, person)
        return
    for attempt in range(1, TRIES + 1):
        try:
            _write(found, export, account, person)
        except IntegrityError as error:
            log.warning("import collided with other work", attempt=attempt, error=str(error.orig))
        else:
            return
    raise Refused("The site was changed at the same moment, again and again. Import once more.")


def _try_out(found: Found, export: Export, account: AccountRef, person: Actor) -> None:
    with reading(), acting_in(tenant_scope(found.tenant_id)):
        report = report_of(plan(export, account, by=person))
    with acting_in(tenant_scope(found.tenant_id)):
        import_runs.finish(_row(found), report, by=person)
        db.session.commit()


def _write(found: Found, export: Export, account: AccountRef, person: Actor) -> None:
    with reading(), acting_in(tenant_scope(found.tenant_id)):
        planned = plan(export, account, by=person)
    with acting_in(tenant_scope(found.tenant_id)):
        done = carry_out(planned, hash_password=hash_password)
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
