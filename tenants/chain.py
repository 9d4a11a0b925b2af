"""Verifying a tenant's chain: is every sealed event still there, as it was, in its place?"""

import hmac
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from tenants.audit import AuditEvent
from tenants.db import db
from tenants.engines import reading
from tenants.scope import acting_in, tenant_scope
from tenants.seals import (
    FIELDS,
    GENESIS,
    AuditCheckpoint,
    AuditSeal,
    AuditWaiting,
    digest_of,
    link_of,
    plain_event,
    signature_of,
)

BATCH = 1000
UNREADABLE = (ValueError, TypeError, AttributeError)  # what SQLite lets in, Python may refuse
SENTENCES = {
    "altered": "the event was altered after it was sealed",
    "removed": "the event, or its seal, was removed",
    "moved": "the seal does not follow from the one before it: altered, put in or moved",
    "cut": "the end of the chain was cut off from here on",
    "unsigned": "the signature fails: rows were rewritten from here on, or the key is another one",
    "inserted": "the event was put in past the portal, without a seal",
}


@dataclass(frozen=True)
class Fault:
    """The first bad row: what was done to it, at which position, and the event if it is known."""

    kind: str
    position: int | None
    event_id: uuid.UUID | None = None

    @property
    def sentence(self) -> str:
        """Return what is wrong, and where."""
        where = f"At position {self.position}" if self.position else "Outside the chain"
        which = f" (event {self.event_id})" if self.event_id else ""
        return f"{where}{which} {SENTENCES[self.kind]}."


@dataclass(frozen=True)
class Report:
    """What verifying found. `sealed` counts the rows that hold, up to the fault if there is one."""

    sealed: int
    waiting: int
    link: str
    fault: Fault | None

    @property
    def sentence(self) -> str:
        """Return the result in words."""
        if self.fault is not None:
            return f"The trail was tampered with. {self.fault.sentence}"
        rest = f" {self.waiting:,} newer wait for their seal." if self.waiting else ""
        return f"The trail is whole: {self.sealed:,} sealed events, none altered or missing.{rest}"


class Broken(Exception):
    """Carries the first fault out of the walk."""

    def __init__(self, kind: str, position: int | None, event_id: uuid.UUID | None = None) -> None:
        super().__init__(kind)
        self.fault = Fault(kind, position, event_id)


def verify(tenant_id: uuid.UUID, key: bytes) -> Report:
    """Verify a tenant's whole chain. Opens its own scope; safe while events are being sealed.

    `key` is the checkpoints' (`Config.seal_key`). What is sealed meanwhile is not looked at.
    """
    with reading(), acting_in(tenant_scope(tenant_id)):
        walk = _Walk(tenant_id, key)
        fault = None
        try:
            walk.run()
            _check_outside()
        except Broken as broken:
            fault = broken.fault
        waiting = db.session.scalar(select(func.count(AuditWaiting.event_id))) or 0
        return Report(walk.position, waiting, walk.link, fault)


class _Walk:
    """The way along the chain: the last good position and its link."""

    def __init__(self, tenant_id: uuid.UUID, key: bytes) -> None:
        self.tenant_id, self.key = tenant_id, key
        self.position, self.link = 0, GENESIS
        self.signed = 0

    def run(self) -> None:
        end = db.session.scalar(select(func.max(AuditCheckpoint.position))) or 0
        for rows in _batches(end):
            checkpoints = self._checkpoints(rows[-1]["position"])
            for row in rows:
                self._step(row, checkpoints)
        if self.position < end:
            raise Broken("cut", self.position + 1)

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
        self._check_signature(place, link, checkpoints.get(place))
        self.position, self.link = place, link

    def _check_signature(self, place: int, link: str, checkpoint: Any) -> None:
        if checkpoint is None:
            return
        wanted = signature_of(self.key, self.tenant_id, place, link, checkpoint.at)
        same = hmac.compare_digest(wanted.encode(), str(checkpoint.signature).encode())
        if not same or checkpoint.link != link:
            raise Broken("unsigned", self.signed + 1)
        self.signed = place

    def _checkpoints(self, last: int) -> dict[int, Any]:
        query = select(
            AuditCheckpoint.position, AuditCheckpoint.link, AuditCheckpoint.at,
            AuditCheckpoint.signature,
        ).where(AuditCheckpoint.position.between(self.position + 1, last))  # fmt: skip
        try:
            return {row.position: row for row in db.session.execute(query)}
        except UNREADABLE:
            raise Broken("unsigned", self.signed + 1) from None


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


def _batches(end: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of the chain up to a position. Raises Broken at one that cannot be read."""
    query, size, last = chained().where(AuditSeal.position <= end), BATCH, None
    while True:
        after = query if last is None else query.where(
            tuple_(AuditSeal.position, AuditSeal.id) > tuple_(*last)
        )  # fmt: skip
        try:
            rows = [dict(row._mapping) for row in db.session.execute(after.limit(size))]
        except UNREADABLE:
            if size == 1:
                raise Broken("altered", last[0] + 1 if last else 1) from None
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
