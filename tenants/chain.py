"""Verifying a tenant's chain: is every sealed event still there, as it was, in its place?"""

import hmac
import time
import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from tenants.audit import AuditEvent
from tenants.db import db
from tenants.engines import reading
from tenants.findings import Broken, Report
from tenants.scope import acting_in, tenant_scope
from tenants.seals import (
    FIELDS,
    GENESIS,
    AuditCheckpoint,
    AuditPurge,
    AuditSeal,
    AuditWaiting,
    digest_of,
    link_of,
    plain_event,
    purge_signature,
    signature_of,
)

BATCH = 1000
UNREADABLE = (ValueError, TypeError, AttributeError)  # what SQLite lets in, Python may refuse


def verify(
    tenant_id: uuid.UUID, key: bytes, *, after: int = 0, seconds: float | None = None
) -> Report:
    """Verify a tenant's whole chain. Opens its own scope; safe while events are being sealed.

    `key` is the checkpoints' (`Config.seal_key`). What is sealed meanwhile is not looked at. Memory
    is bounded by a batch. With `seconds` it stops at the first checkpoint after that time, and goes
    on from there when called with `after` = that report's `sealed`.
    """
    until = time.monotonic() + seconds if seconds is not None else None
    with reading(), acting_in(tenant_scope(tenant_id)):
        walk = Walk(tenant_id, key, until)
        fault = None
        try:
            walk.run(after)
            if not walk.stopped:
                _check_outside()
        except Broken as broken:
            fault = broken.fault
        waiting = db.session.scalar(select(func.count(AuditWaiting.event_id))) or 0
        return Report(
            walk.position, waiting, walk.link, fault, walk.start, walk.purged, walk.stopped
        )


class Walk:
    """The way along the chain: the last good position and its link."""

    def __init__(self, tenant_id: uuid.UUID, key: bytes, until: float | None = None) -> None:
        self.tenant_id, self.key, self.until = tenant_id, key, until
        self.position, self.link = 0, GENESIS
        self.signed = self.start = 0
        self.purged: AuditPurge | None = None
        self.stopped = False

    def run(self, after: int) -> None:
        """Walk from the beginning that is left, or from the checkpoint at `after`."""
        self.purged = check_purges(self.key)
        if self.purged is not None:
            self._begin(self.purged.position, self.purged.link)
            self._refuse_before()
        if after > self.position:
            self._begin_at_checkpoint(after)
        end = db.session.scalar(select(func.max(AuditCheckpoint.position))) or 0
        for rows in _batches(end, self.position):
            checkpoints = self._checkpoints(rows[-1]["position"])
            for row in rows:
                self._step(row, checkpoints)
                if self.position == self.signed and self._time_is_up(end):
                    self.stopped = True
                    return
        if self.position < end:
            raise Broken("cut", self.position + 1)

    def _time_is_up(self, end: int) -> bool:
        return self.until is not None and self.position < end and time.monotonic() >= self.until

    def _begin(self, position: int, link: str) -> None:
        self.position = self.signed = self.start = position
        self.link = link

    def _begin_at_checkpoint(self, after: int) -> None:
        found = self._checkpoints(after).get(after)
        if found is None:
            return
        self._begin(after, found.link)
        self._check_signature(after, found.link, found, found.previous)

    def _refuse_before(self) -> None:
        """Raise when a seal stands where everything was purged."""
        query = select(AuditSeal.position, AuditSeal.id).where(AuditSeal.position <= self.position)
        row = db.session.execute(query.order_by(AuditSeal.position).limit(1)).first()
        if row is not None:
            raise Broken("moved", row.position, row.id)

    def _step(self, row: dict[str, Any], checkpoints: dict[int, Any]) -> None:
        place = self.position + 1
        if row["position"] > place:
            raise Broken("removed", place)
        if row["position"] < place:
            raise Broken("moved", row["position"], row["seal"])
        if row["id"] is None:
            raise Broken("removed", place, row["seal"])
        if _digest(row) != row["digest"] or row["at_account"] != row["account_id"]:
            raise Broken("altered", place, row["seal"])
        link = link_of(self.tenant_id, place, row["seal"], row["digest"], self.link)
        if link != row["link"]:
            raise Broken("moved", place, row["seal"])
        self._check_signature(place, link, checkpoints.get(place), self.signed)
        self.position, self.link = place, link

    def _check_signature(self, place: int, link: str, checkpoint: Any, before: int) -> None:
        if checkpoint is None:
            return
        previous = checkpoint.previous
        wanted = signature_of(self.key, self.tenant_id, place, link, checkpoint.at, previous)
        same = hmac.compare_digest(wanted.encode(), str(checkpoint.signature).encode())
        if not same or checkpoint.link != link:
            raise Broken("unsigned", self.signed + 1)
        if previous is not None and previous != before:
            raise Broken("unsure", previous)
        self.signed = place

    def _checkpoints(self, last: int) -> dict[int, Any]:
        query = select(
            AuditCheckpoint.position, AuditCheckpoint.link, AuditCheckpoint.at,
            AuditCheckpoint.signature, AuditCheckpoint.previous,
        ).where(AuditCheckpoint.position.between(min(self.position + 1, last), last))  # fmt: skip
        return {row.position: row for row in db.session.execute(query)}


def check_purges(key: bytes) -> AuditPurge | None:
    """Return the last purge's record, each of them being ours and following from the one before."""
    before, last = 0, None
    for row in db.session.scalars(select(AuditPurge).order_by(AuditPurge.position)):
        wanted = purge_signature(key, row)
        same = hmac.compare_digest(wanted.encode(), str(row.signature).encode())
        if not same or row.previous != before:
            raise Broken("purge", before + 1)
        before, last = row.position, row
    return last


def chained() -> Select[Any]:
    """Return the query of seals, in their order, each with its event's columns or nulls."""
    return (
        select(
            AuditSeal.id.label("seal"), AuditSeal.position, AuditSeal.digest, AuditSeal.link,
            AuditSeal.account_id.label("at_account"),
            *(getattr(AuditEvent, name) for name in FIELDS),
        )
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.id)
        .order_by(AuditSeal.position, AuditSeal.id)
    )  # fmt: skip


def _batches(end: int, start: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of the chain between two positions. Raises Broken at one beyond reading."""
    query = chained().where(AuditSeal.position <= end)
    if start:
        query = query.where(AuditSeal.position > start)
    size, last = BATCH, None
    while True:
        after = query if last is None else query.where(
            tuple_(AuditSeal.position, AuditSeal.id) > tuple_(*last)
        )  # fmt: skip
        try:
            rows = [dict(row._mapping) for row in db.session.execute(after.limit(size))]
        except UNREADABLE:
            if size == 1:
                raise Broken("altered", (last[0] if last else start) + 1) from None
            size = 1
            continue
        if not rows:
            return
        yield rows
        last = rows[-1]["position"], rows[-1]["seal"]


def _digest(row: dict[str, Any]) -> str:
    try:
        return digest_of(plain_event(row))
    except UNREADABLE:
        return ""


def _check_outside() -> None:
    """Look, a statement each, for seals past the last signature and events past the portal."""
    end = select(func.coalesce(func.max(AuditCheckpoint.position), 0)).scalar_subquery()
    beyond = select(AuditSeal.position, AuditSeal.id).where(AuditSeal.position > end)
    row = db.session.execute(beyond.order_by(AuditSeal.position).limit(1)).first()
    if row is not None:
        raise Broken("unsigned", row.position, row.id)
    unsealed = (
        select(AuditEvent.id)
        .outerjoin(AuditSeal, AuditSeal.id == AuditEvent.id)
        .outerjoin(AuditWaiting, AuditWaiting.event_id == AuditEvent.id)
        .where(AuditSeal.id.is_(None), AuditWaiting.event_id.is_(None))
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    try:
        event_id = db.session.scalar(unsealed.limit(1))
    except UNREADABLE:
        event_id = None
    if event_id is not None:
        raise Broken("inserted", None, event_id)
