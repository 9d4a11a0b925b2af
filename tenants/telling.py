"""Many events at once, for work that changes hundreds of rows by one statement each.

The same rules as `audit.record`, the same rows; only without an object for every row.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert

from tenants.audit import AuditEvent, BadEvent, By, shared_circumstances
from tenants.clock import now
from tenants.db import db, new_id
from tenants.event_types import EventType
from tenants.scope import CrossTenant, current_scope
from tenants.scope_hooks import require_reached


@dataclass(frozen=True)
class Telling:
    """One event about one row: `changes` is `{field: [before, after]}`, without secrets."""

    kind: EventType
    target_type: str
    target_id: uuid.UUID
    target_label: str
    account_id: uuid.UUID
    by: By
    request_id: str = ""
    reason: str = ""
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


class Told:
    """The proof that events tell of a transaction's bulk writes; give it to them as `told_by`."""


def record_each(tellings: Sequence[Telling]) -> Told:
    """Add all the events to the transaction by one statement, in this order.

    Raises BadEvent when facts are not the keys the catalogue asks for, CrossTenant for an account
    out of the scope's reach.
    """
    session, scope = db.session(), current_scope()
    if scope is None or scope.kind != "tenant":
        raise CrossTenant("Many events at once are of one tenant.")
    for each in tellings:
        if each.facts.keys() != each.kind.keys:
            raise BadEvent(f"{each.kind.name} needs {sorted(each.kind.keys)}.")
    session.flush()
    require_reached(session, {each.account_id for each in tellings}, scope, {"AuditEvent"})
    if tellings:
        rows = [_row(each, scope.tenant_id) for each in tellings]
        session.connection().execute(insert(AuditEvent.__table__), rows)  # type: ignore[arg-type]  # a Table
    told = Told()
    session.info.setdefault("told", set()).add(told)
    return told


def _row(each: Telling, tenant_id: uuid.UUID | None) -> dict[str, Any]:
    shared = shared_circumstances()
    return {
        "id": new_id(), "tenant_id": tenant_id, "account_id": each.account_id, "at": now(),
        "event": each.kind.name, "outcome": "done", "target_type": each.target_type,
        "target_id": each.target_id, "target_label": each.target_label,
        "actor_id": each.by.person_id, "actor_label": each.by.label,
        "on_behalf_of": each.by.on_behalf_of, "request_id": each.request_id or shared.request_id,
        "address": shared.address, "reason": each.reason, "changes": dict(each.changes),
        "facts": dict(each.facts),
    }  # fmt: skip
