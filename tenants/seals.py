"""The rows and the arithmetic of the hash chain over a tenant's trail.

`scripts/verify_trail.py` repeats the arithmetic with the standard library alone, and
docs/architecture.md tells it in words. A change here makes every chain written before it false:
never make one.
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.scope import TenantScoped

GENESIS = "0" * 64
FIELDS = (
    "account_id", "actor_id", "actor_label", "address", "at", "changes", "event", "facts", "id",
    "on_behalf_of", "outcome", "reason", "request_id", "target_id", "target_label", "target_type",
    "tenant_id",
)  # fmt: skip


class AuditSeal(Keyed, TenantScoped, Base):
    """The seal of one event, under the event's own id. Positions of a tenant run 1, 2, 3…"""

    __tablename__ = "audit_seal"
    __table_args__ = (UniqueConstraint("tenant_id", "position"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column()  # the constraint's index begins with it
    position: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    link: Mapped[str] = mapped_column(String(64))


class AuditCheckpoint(Keyed, TenantScoped, Base):
    """One a batch: how far the chain went, signed with a key that is not in the database.

    `previous` is the position of the checkpoint before it (0: none), so that one taken out of the
    middle is missed. Checkpoints from before that column have None, and are signed without it.
    """

    __tablename__ = "audit_checkpoint"
    __table_args__ = (UniqueConstraint("tenant_id", "position"),)

    position: Mapped[int]
    link: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=now)
    signature: Mapped[str] = mapped_column(String(64))
    previous: Mapped[int | None]


class AuditPurge(Keyed, TenantScoped, Base):
    """What stands where a purged beginning of the chain stood. Only the tables' owner adds one.

    `position` and `link` are the last purged seal's, at a checkpoint: the chain goes on from there.
    `previous` is how far the purge before it went (0: none). `until` is the moment of the rule:
    every purged event was older.
    """

    __tablename__ = "audit_purge"
    __table_args__ = (UniqueConstraint("tenant_id", "position"),)

    position: Mapped[int]
    previous: Mapped[int]
    link: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(default=now)
    signature: Mapped[str] = mapped_column(String(64))

    @property
    def count(self) -> int:
        """Return how many events this purge took."""
        return self.position - self.previous


class AuditWaiting(TenantScoped, Base):
    """An event that is not sealed yet. A trigger on the trail adds it, sealing removes it.

    It names the account of its event, which has just been looked up: not again here.
    """

    __tablename__ = "audit_waiting"

    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column()  # never asked for


def plain_event(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's columns as the JSON that is hashed: ids and times as text, times in UTC."""
    return {name: _plain(values[name]) for name in FIELDS}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return str(value) if isinstance(value, uuid.UUID) else value


def instant(moment: datetime) -> str:
    """Return a moment as it is hashed: ISO 8601, UTC, always with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def digest_of(event: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a plain event's canonical form: sorted keys, no spaces, ASCII."""
    text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def link_of(tenant: object, position: int, event: object, digest: str, previous: str) -> str:
    """Return what chains a seal to the one before it (`GENESIS` before the first)."""
    text = f"{tenant}:{position}:{event}:{digest}:{previous}"
    return hashlib.sha256(text.encode()).hexdigest()


def signature_of(
    key: bytes, tenant: object, position: int, link: str, at: datetime, previous: int | None = None
) -> str:
    """Return the HMAC-SHA-256 of a checkpoint."""
    text = f"checkpoint:{tenant}:{position}:{link}:{instant(at)}"
    if previous is not None:
        text = f"{text}:{previous}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def purge_signature(key: bytes, purge: AuditPurge) -> str:
    """Return the HMAC-SHA-256 of a purge's record."""
    times = f"{instant(purge.until)}:{instant(purge.at)}"
    text = f"purge:{purge.tenant_id}:{purge.position}:{purge.previous}:{purge.link}:{times}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
