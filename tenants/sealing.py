"""Sealing what waits: a batch of a tenant's events at a time, beside whoever writes them."""

import uuid
from dataclasses import dataclass

from sqlalchemy import Subquery, delete, select, union_all
from sqlalchemy.exc import IntegrityError

from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
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

BATCH = 500


@dataclass(frozen=True)
class Sealed:
    """What became of one batch: events sealed, events gone before that, and the chain's end."""

    count: int
    lost: tuple[uuid.UUID, ...] = ()
    position: int = 0
    link: str = GENESIS


class ChainBroken(RuntimeError):
    """The chain's end is not as it was left; sealing on would hide that. See `audit verify`."""


def seal_batch(tenant_id: uuid.UUID, key: bytes, limit: int = BATCH) -> Sealed:
    """Seal up to `limit` of a tenant's waiting events and sign a checkpoint. Opens its own scope.

    Any number may run at once: positions are unique, so of two only one commits, and the other
    reports nothing sealed. What commits late waits until it is seen; no order of ids is relied on.
    Raises ChainBroken.
    """
    with acting_in(tenant_scope(tenant_id)):
        try:
            sealed = _seal(tenant_id, key, limit)
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            return Sealed(0)
        return sealed


def _seal(tenant_id: uuid.UUID, key: bytes, limit: int) -> Sealed:
    query = select(AuditWaiting.event_id).order_by(AuditWaiting.event_id).limit(limit)
    waiting = list(db.session.scalars(query))
    if not waiting:
        return Sealed(0)
    position, link = _trusted_end()
    seals = []
    for event in _events(waiting):
        position += 1
        digest = digest_of(plain_event(event))
        link = link_of(tenant_id, position, event["id"], digest, link)
        seals.append(
            AuditSeal(
                id=event["id"], tenant_id=tenant_id, account_id=event["account_id"],
                position=position, digest=digest, link=link,
            )
        )  # fmt: skip
    db.session.add_all(seals)
    if seals:
        _sign(tenant_id, position, link, key, previous=position - len(seals))
    db.session.flush()
    db.session.execute(delete(AuditWaiting).where(AuditWaiting.event_id.in_(waiting)))
    return Sealed(len(seals), _lost(waiting, seals), position, link)


def _trusted_end() -> tuple[int, str]:
    """Return where the chain ends. One statement: between two, another sealer may commit."""
    query = union_all(select(_last(AuditSeal)), select(_last(AuditCheckpoint)))
    ends = [(row.position, row.link) for row in db.session.execute(query)]
    if not ends:
        return 0, GENESIS
    if len(ends) == 1 or ends[0] != ends[1]:
        raise ChainBroken("The last seal is not the last one signed; nothing is added to it.")
    return ends[0]


def _last(kind: type[AuditSeal] | type[AuditCheckpoint]) -> Subquery:
    query = select(kind.position, kind.link).order_by(kind.position.desc()).limit(1)
    return query.subquery()


def _events(ids: list[uuid.UUID]) -> list[dict[str, object]]:
    query = (
        select(*(getattr(AuditEvent, name) for name in FIELDS))
        .outerjoin(AuditSeal, AuditSeal.id == AuditEvent.id)
        .where(AuditEvent.id.in_(ids), AuditSeal.id.is_(None))
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    return [dict(row._mapping) for row in db.session.execute(query)]


def _sign(tenant_id: uuid.UUID, position: int, link: str, key: bytes, *, previous: int) -> None:
    at = now()
    db.session.add(
        AuditCheckpoint(
            tenant_id=tenant_id, account_id=tenant_id, position=position, link=link, at=at,
            previous=previous, signature=signature_of(key, tenant_id, position, link, at, previous),
        )
    )  # fmt: skip


def _lost(waiting: list[uuid.UUID], seals: list[AuditSeal]) -> tuple[uuid.UUID, ...]:
    found = {seal.id for seal in seals}
    missing = [each for each in waiting if each not in found]
    if not missing:
        return ()
    sealed = set(db.session.scalars(select(AuditSeal.id).where(AuditSeal.id.in_(missing))))
    return tuple(each for each in missing if each not in sealed)
