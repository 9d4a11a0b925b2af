"""The trail as JSON Lines, with what it takes to verify it offline (`scripts/verify_trail.py`)."""

import io
import json
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TextIO

from sqlalchemy import tuple_

from portal.content.history import ABOUT_CONTENT
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent, record
from tenants.chain import chained
from tenants.db import db
from tenants.decisions import Actor, authorize, can
from tenants.engines import reading
from tenants.events import Event
from tenants.permissions import Permission
from tenants.scope import acting_in, tenant_scope
from tenants.seals import AuditSeal, plain_event

FORMAT = "portal-trail-1"
PER_READ = 1000


@dataclass(frozen=True)
class Exported:
    """How far the chain went, and how many of its events were shown in full."""

    position: int
    shown: int


def spool_trail(here: AccountRef, *, by: Actor) -> tuple[BinaryIO, Exported]:
    """Return the sealed trail of a master or the house in a temporary file. Opens its own scope.

    Every row of the chain is written; an event that `by` may not read (content without the right to
    it, or an account out of reach) is withheld and stands there by its digest. The caller records
    it with `record_export`. Raises Denied, and Problem at a secondary.
    """
    authorize(by, Permission.TRAIL_VIEW, here)
    if here.id != here.tenant_id:
        raise Problem("A trail is sealed for a whole master; export it there.")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    try:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        exported = _write(here, text, by)
        text.detach()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, exported


def _write(here: AccountRef, file: TextIO, by: Actor) -> Exported:
    head = {"format": FORMAT, "tenant": str(here.tenant_id), "account": here.handle}
    file.write(json.dumps(head) + "\n")
    position, shown, link = 0, 0, ""
    with reading(), acting_in(tenant_scope(here.tenant_id)):
        for row in _rows():
            event = plain_event(row) if row["id"] and _readable(row, here, by) else None
            file.write(json.dumps(_line(row, event), ensure_ascii=False) + "\n")
            position, link, shown = row["position"], row["link"], shown + (event is not None)
    file.write(json.dumps({"end": position, "link": link}) + "\n")
    return Exported(position, shown)


def record_export(here: AccountRef, exported: Exported, *, by: Actor) -> AuditEvent:
    """Record that a trail was exported. Needs a scope with the account in it."""
    return record(
        Event.TRAIL_EXPORTED, here, by=by, changes={}, account_id=here.id,
        tenant_id=here.tenant_id, position=exported.position, shown=exported.shown,
    )  # fmt: skip


def _rows() -> Iterator[dict[str, Any]]:
    last: tuple[int, uuid.UUID] | None = None
    while True:
        query = chained()
        if last is not None:
            query = query.where(tuple_(AuditSeal.position, AuditSeal.id) > tuple_(*last))
        rows = [dict(row._mapping) for row in db.session.execute(query.limit(PER_READ))]
        yield from rows
        if len(rows) < PER_READ:
            return
        last = rows[-1]["position"], rows[-1]["seal"]


def _readable(row: dict[str, Any], here: AccountRef, by: Actor) -> bool:
    if row["target_type"] in ABOUT_CONTENT and not can(by, Permission.PAGE_VIEW, here).allowed:
        return False
    return row["account_id"] == here.id or _reaches_down(by, here)


def _reaches_down(by: Actor, here: AccountRef) -> bool:
    return Permission.TRAIL_VIEW in by.system or any(
        h.reach == "subtree" and h.covers(here) and Permission.TRAIL_VIEW in h.permissions
        for h in by.holdings
    )


def _line(row: dict[str, Any], event: dict[str, Any] | None) -> dict[str, Any]:
    seal = {"id": str(row["seal"]), "digest": row["digest"], "link": row["link"]}
    return {"position": row["position"], **seal, "event": event}
