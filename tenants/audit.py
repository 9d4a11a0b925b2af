"""The audit trail: one row an event, in the same transaction as the change it tells of.

A commit guard refuses to commit a changed row of an `Audited` class that no event told of; the
table itself only grows (triggers on both databases).
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import JSON, ForeignKey, Index, String, Text, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.event_types import TITLES, EventType
from tenants.events import all_events
from tenants.scope import TenantScoped

HIDDEN = "<hidden>"
SECRET_FIELDS = frozenset(
    {"password_hash", "access_password_hash", "token_hash", "confirm_hash", "undo_hash"}
)


class Unrecorded(RuntimeError):
    """A change was about to be committed that no event tells of."""


class BadEvent(ValueError):
    """An event was recorded with the wrong facts."""


class Audited:
    """A row whose every change must be told by an event. Has `id` and `label`."""

    id: Mapped[uuid.UUID]

    @property
    def label(self) -> str:
        """Return how the trail names this row."""
        raise NotImplementedError


class By(Protocol):
    """Who acts: what `record` needs to know of an Actor."""

    @property
    def person_id(self) -> uuid.UUID | None: ...
    @property
    def label(self) -> str: ...
    @property
    def on_behalf_of(self) -> str: ...


@dataclass(frozen=True)
class Circumstances:
    """What all events of one request or job share."""

    request_id: str = ""
    address: str = ""


_NONE = Circumstances()
_circumstances: ContextVar[Circumstances] = ContextVar("circumstances", default=_NONE)


@contextmanager
def circumstances(request_id: str, address: str = "") -> Iterator[None]:
    """Mark every event recorded inside with one request id and network address."""
    token = _circumstances.set(Circumstances(request_id, address))
    try:
        yield
    finally:
        _circumstances.reset(token)


def shared_circumstances() -> Circumstances:
    """Return what all events of the request or job under way share."""
    return _circumstances.get()


class _Facts(dict[str, Any]):
    """What an event brought along; an old one may lack what its sentence says today."""

    def __missing__(self, key: str) -> str:
        return f"({key} unknown)"


class AuditEvent(Keyed, TenantScoped, Base):
    """One event. Never changed; deleted only by a purge (`tenants.purging`).

    Each index ends in (at, id), the order of every list: a page of what one filter leaves is the
    first rows of a range, however long the trail is.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_account_id_at", "account_id", "at", "id"),
        Index("ix_audit_event_tenant_id_at", "tenant_id", "at", "id"),
        Index("ix_audit_event_tenant_id_event", "tenant_id", "event", "at", "id"),
        Index("ix_audit_event_tenant_id_actor", "tenant_id", "actor_label", "at", "id"),
        Index("ix_audit_event_target", "tenant_id", "target_type", "target_id", "at"),
    )

    # Indexes of their own would repeat the beginnings of those above.
    tenant_id: Mapped[uuid.UUID] = mapped_column()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    event: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16), default="done")
    target_type: Mapped[str] = mapped_column(String(64))
    target_id: Mapped[uuid.UUID | None]
    target_label: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[uuid.UUID | None]
    actor_label: Mapped[str] = mapped_column(String(300))
    on_behalf_of: Mapped[str] = mapped_column(String(300), default="")
    request_id: Mapped[str] = mapped_column(String(64), default="", index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @property
    def sentence(self) -> str:
        """Return what happened, to stand after the actor's name."""
        return self.sentence_about(self.target_label or "(untitled)")

    def sentence_about(self, label: str, *, hiding: bool = False) -> str:
        """Return what happened with the target under another name.

        `hiding` puts that name in the place of other titles that the sentence tells as well.
        """
        known = all_events().get(self.event)
        if known is None:
            return self.event
        facts = {"target": label, **self.facts}
        hidden = dict.fromkeys(facts.keys() & TITLES, label) if hiding else {}
        return known.sentence.format_map(_Facts(facts | hidden))


for _name, _columns, _some in (
    ("actor_id", (AuditEvent.actor_id,), AuditEvent.actor_id.is_not(None)),
    ("tenant_id_outcome", (AuditEvent.tenant_id, AuditEvent.outcome, AuditEvent.at, AuditEvent.id),
     AuditEvent.outcome != "done"),
):  # fmt: skip
    Index(f"ix_audit_event_{_name}", *_columns, sqlite_where=_some, postgresql_where=_some)


def record(
    kind: EventType,
    target: Any,
    /,
    *,
    by: By,
    account_id: uuid.UUID | None = None,
    tenant_id: uuid.UUID | None = None,
    reason: str = "",
    outcome: str = "done",
    changes: Mapping[str, list[Any]] | None = None,
    session: Session | None = None,
    **facts: Any,
) -> AuditEvent:
    """Add the event to the transaction and mark `target` as told of.

    `changes` is `{field: [before, after]}`; left out, what is pending on `target` is taken, secrets
    hidden. `account_id` and `tenant_id` default to the target's own. Raises BadEvent when `facts`
    are not just the keys the catalogue asks for.
    """
    if facts.keys() != kind.keys:
        raise BadEvent(f"{kind.name} needs {sorted(kind.keys)}, got {sorted(facts)}")
    session = session or db.session()
    row = AuditEvent(
        event=kind.name,
        outcome=outcome,
        **_about(target),
        **_by(by),
        reason=reason,
        changes=_hide(changes) if changes is not None else pending_changes(target),
        facts=facts,
        account_id=account_id or target.account_id,
    )
    owner = tenant_id or getattr(target, "tenant_id", None)
    if owner is not None:
        row.tenant_id = owner
    session.add(row)
    session.info.setdefault("recorded", set()).add(key_of(target))
    return row


def _about(target: Any) -> dict[str, Any]:
    return {
        "target_type": type(target).__name__.lower(),
        "target_id": getattr(target, "id", None),
        "target_label": str(getattr(target, "label", target)),
    }


def _by(by: By) -> dict[str, Any]:
    shared = _circumstances.get()
    return {
        "actor_id": by.person_id,
        "actor_label": by.label,
        "on_behalf_of": by.on_behalf_of,
        "request_id": shared.request_id,
        "address": shared.address,
    }


def excuse(target: Any, reason: str) -> None:
    """Let a change to `target` be committed without an event. The reason is for the reader."""
    if not reason:
        raise ValueError("Say why no event tells of it.")
    db.session().info.setdefault("recorded", set()).add(key_of(target))


def pending_changes(target: Any) -> dict[str, list[Any]]:
    """Return `{field: [before, after]}` of what is changed on a loaded row and not flushed yet."""
    state = inspect(target, raiseerr=False)
    if state is None or not hasattr(state, "mapper") or not state.persistent:
        return {}
    changes = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if history.added and history.deleted and history.added != history.deleted:
            pair = [_plain(column.key, history.deleted[0]), _plain(column.key, history.added[0])]
            changes[column.key] = pair
    return changes


def _hide(changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: [_plain(name, value) for value in pair] for name, pair in changes.items()}


def _plain(field: str, value: Any) -> Any:
    if field in SECRET_FIELDS:
        return HIDDEN
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def key_of(target: Any) -> tuple[str, Any]:
    """Return what the commit guard knows a row by."""
    return type(target).__name__, getattr(target, "id", None)
