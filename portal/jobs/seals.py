"""Sealing the trail a little at a time, so that what is due in the same process stays on time."""

import random
import time
import uuid

import structlog
from flask import current_app
from sqlalchemy import select

from tenants.db import db
from tenants.engines import reading
from tenants.scope import across_tenants
from tenants.sealing import BATCH, ChainBroken, Sealed, seal_batch
from tenants.seals import AuditWaiting

SECONDS = 0.2
LOOKED_AT = 2000
log = structlog.get_logger()


def seal_waiting(seconds: float = SECONDS) -> int:
    """Seal what waits in every tenant, a batch each in turn, for about `seconds`; return how many.

    When nothing waits it costs one look at an empty queue.
    """
    key = current_app.config["PORTAL"].seal_key
    until, total = time.monotonic() + seconds, 0
    tenants = _tenants_waiting()
    random.shuffle(tenants)
    while tenants and time.monotonic() < until:
        tenant_id = tenants.pop()
        count = _seal_one(tenant_id, key)
        total += count
        if count == BATCH:
            tenants.insert(0, tenant_id)
    return total


def _tenants_waiting() -> list[uuid.UUID]:
    query = select(AuditWaiting.tenant_id).limit(LOOKED_AT)
    with reading(), across_tenants("looking for events to seal"):
        return list(set(db.session.scalars(query)))


def _seal_one(tenant_id: uuid.UUID, key: bytes) -> int:
    try:
        sealed = seal_batch(tenant_id, key)
    except ChainBroken as broken:
        log.error("the trail is not sealed on", tenant=str(tenant_id), error=str(broken))
        return 0
    if sealed.count:
        _tell(tenant_id, sealed)
    return sealed.count


def _tell(tenant_id: uuid.UUID, sealed: Sealed) -> None:
    """Put the chain's end into the log: kept elsewhere, it is what a cut end is compared with."""
    log.info(
        "trail sealed", tenant=str(tenant_id), position=sealed.position, link=sealed.link
    )  # fmt: skip
    if sealed.lost:
        gone = [str(each) for each in sealed.lost]
        log.error("events vanished before they were sealed", tenant=str(tenant_id), events=gone)
