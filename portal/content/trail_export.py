"""The trail as JSON Lines, with what it takes to verify it offline (`scripts/verify_trail.py`)."""

import io
import json
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TextIO

from sqlalchemy import func, select, tuple_

from portal.content.problems import Problem
from portal.content.trail_conditions import ABOUT_CONTENT
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent, record
from tenants.chain import chained
from tenants.db import db
from tenants.decisions import Actor, authorize, can
from tenants.engines import reading
from tenants.events import Event
from tenants.permissions import Permission
from tenants.scope import acting_in, tenant_scope
from tenants.seals import AuditPurge, AuditSeal, instant, plain_event

FORMAT, PURGED_FORMAT = "portal-trail-1", "portal-trail-2"
PER_READ = 1000


@dataclass(frozen=True)
class Exported:
    """How far the chain went, and how many of its events were shown in full."""

    position: int
    shown: int


def spool_trail(
    here: AccountRef, *, by: Actor, most: int | None = None
) -> tuple[BinaryIO, Exported]:
    """Return the sealed trail of a master or the house in a temporary file. Opens its own scope.

    What was purged is named in the head, with the portal's signature. Memory is bounded by a batch.

    Every row of the chain is written; an event that `by` may not read (content without the right to
    it, or an account out of reach) is withheld and stands there by its digest. The caller records
    it with `record_export`. Raises Denied, and Problem at a secondary or beyond `most` rows.
    """
    authorize(by, Permission.TRAIL_VIEW, here)
    if here.id != here.tenant_id:
        raise Problem("A trail is sealed for a whole master; export it there.")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    try:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        exported = _write(here, text, by, most)
        text.detach()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, exported


def _write(here: AccountRef, file: TextIO, by: Actor, most: int | None) -> Exported:
    with reading(), acting_in(tenant_scope(here.tenant_id)):
        purge = db.session.scalar(select(AuditPurge).order_by(AuditPurge.position.desc()).limit(1))
        position, shown, link = (purge.position, 0, purge.link) if purge else (0, 0, "")
        _refuse_too_long(position, most)
        file.write(json.dumps(_head(here, purge)) + "\n")
        for row in _rows():
            event = plain_event(row) if row["id"] and _readable(row, here, by) else None
            file.write(json.dumps(_line(row, event), ensure_ascii=False) + "\n")
            position, link, shown = row["position"], row["link"], shown + (event is not None)
    file.write(json.dumps({"end": position, "link": link}) + "\n")
    return Exported(position, shown)


def _head(here: AccountRef, purge: AuditPurge | None) -> dict[str, Any]:
    head = {"format": FORMAT, "tenant": str(here.tenant_id), "account": here.handle}
    if purge is None:
        return head
    gone = {
        "position": purge.position, "previous": purge.previous, "link": purge.link,
        "until": instant(purge.until), "at": instant(purge.at), "signature": purge.signature,
    }  # fmt: skip
    return head | {"format": PURGED_FORMAT, "purged": gone}


def _refuse_too_long(start: int, most: int | None) -> None:
    end = db.session.scalar(select(func.max(AuditSeal.position))) or 0
    if most is not None and end - start > most:
        raise Problem(
            f"This trail has {end - start:,} sealed events, too many for one download "
            f"({most:,} at most). Ask the operator for it: `flask audit export`."
        )


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
