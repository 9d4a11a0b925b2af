"""Many events at once, for work that changes hundreds of rows by one statement each.

The same rules as `audit.record`, the same rows; only without an object for every row, and without
a parameter for every value.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from tenants.audit import AuditEvent, BadEvent, By, shared_circumstances
from tenants.clock import now
from tenants.db import db, new_id
from tenants.event_types import EventType
from tenants.given import given, given_rows
from tenants.scope import CrossTenant, current_scope
from tenants.scope_hooks import require_reached


@dataclass(slots=True)
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
    """Add all the events to the transaction by one statement, in this order, as of one moment.

    Raises BadEvent when facts are not the keys the catalogue asks for, CrossTenant for an account
    out of the scope's reach.
    """
    session, scope = db.session(), current_scope()
    if scope is None or scope.kind != "tenant" or scope.tenant_id is None:
        raise CrossTenant("Many events at once are of one tenant.")
    for each in tellings:
        if each.facts.keys() != each.kind.keys:
            raise BadEvent(f"{each.kind.name} needs {sorted(each.kind.keys)}.")
    session.flush()
    require_reached(session, {each.account_id for each in tellings}, scope, {"AuditEvent"})
    if tellings:
        _add(session.connection(), tellings, scope.tenant_id)
    told = Told()
    session.info.setdefault("told", set()).add(told)
    return told


_OWN = ("id", "account_id", "event", "target_type", "target_id", "target_label", "actor_id",
        "actor_label", "on_behalf_of", "request_id", "reason", "changes", "facts")  # fmt: skip
_SHARED = ("tenant_id", "at", "outcome", "address")


def _add(connection: Connection, tellings: Sequence[Telling], tenant_id: uuid.UUID) -> None:
    asked = {
        "rows": given([_row(each) for each in tellings]), "of_all_tenant_id": tenant_id,
        "of_all_at": now(), "of_all_outcome": "done",
        "of_all_address": shared_circumstances().address,
    }  # fmt: skip
    connection.execute(_from_json(connection.dialect.name), asked)


@cache
def _from_json(dialect: str) -> Any:
    """Return the INSERT: all rows are one text, which the database takes apart.

    SQLite would else keep a journal for each of them, and copy every page it touches into it.
    """
    types = {name: AuditEvent.__table__.c[name].type for name in (*_OWN, *_SHARED)}
    own = given_rows(dialect, "rows", {name: types[name] for name in _OWN})
    of_all = [bindparam(f"of_all_{name}", type_=types[name]) for name in _SHARED]
    return insert(AuditEvent).from_select([*_OWN, *_SHARED], select(*own.values(), *of_all))


def _row(each: Telling) -> dict[str, Any]:
    return {
        "id": new_id().hex, "account_id": each.account_id.hex, "event": each.kind.name,
        "target_type": each.target_type, "target_id": each.target_id.hex,
        "target_label": each.target_label,
        "actor_id": each.by.person_id.hex if each.by.person_id else None,
        "actor_label": each.by.label, "on_behalf_of": each.by.on_behalf_of,
        "request_id": each.request_id or shared_circumstances().request_id,
        "reason": each.reason, "changes": dict(each.changes), "facts": dict(each.facts),
    }  # fmt: skip
