"""Events about people. They belong to no tenant, so they stand in the trail of the house."""

import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.orm import Session

from tenants.audit import record
from tenants.decisions import Actor
from tenants.event_types import EventType
from tenants.scope import current_scope

SOMEBODY = Actor(person_id=None, label="Somebody", name="Somebody not signed in")
log = structlog.get_logger()


@dataclass(frozen=True)
class SignIn:
    """What a try to sign in points at: the e-mail, and the person if there is one."""

    label: str
    id: uuid.UUID | None = None


def note(
    kind: EventType,
    target: Any,
    *,
    by: Actor,
    reason: str = "",
    session: Session | None = None,
    **facts: Any,
) -> None:
    """Record an event at the house; before there is a house, only log it.

    Runs in the house's scope.
    """
    scope = current_scope()
    house_id = scope.tenant_id if scope else None
    if house_id is None:
        log.warning("no house yet to record this at", event_name=kind.name, target=target.label)
        return
    record(
        kind, target, by=by, reason=reason, session=session,
        account_id=house_id, tenant_id=house_id, **facts,
    )  # fmt: skip
