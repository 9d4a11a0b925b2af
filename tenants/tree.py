"""What every change of the account tree rests on: one at a time in a tenant, over fresh rows."""

import uuid
from typing import Any

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import aliased

from tenants.accounts import Account, AccountClosure, AccountRef, AccountState, State, ref
from tenants.audit import AuditEvent, record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.event_types import EventType
from tenants.permissions import Permission

DEEPEST = 25
"""How many accounts may stand above one: the longest path that its column holds, and some room."""


class CannotChange(ValueError):
    """An account cannot be opened, suspended, moved or closed like this; the message says why."""


def hold(tenant_id: uuid.UUID) -> None:
    """Wait for others who change the tenant's tree, and keep them waiting until the commit."""
    turn = select(Account.id).where(Account.id == tenant_id).with_for_update(key_share=True)
    db.session.execute(turn)


def fresh(account_id: uuid.UUID | None) -> Account | None:
    """Return an account's row as the database has it now, or None."""
    query = select(Account).where(Account.id == account_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def claim(account: AccountRef, permission: Permission, *, by: Actor) -> tuple[Account, AccountRef]:
    """Return the account's row and its parent, when `by` may do this at the parent.

    Others who change the tenant's tree wait from here on. Raises Denied, and CannotChange for the
    house, for an account that is closed, and for one that stands elsewhere meanwhile.
    """
    hold(account.tenant_id)
    row, parent = fresh(account.id), fresh(account.parent_id)
    if parent is None:
        raise CannotChange("The house has nothing above it that could decide this.")
    authorize(by, permission, ref(parent))
    if row is None or row.parent_id != parent.id:
        raise CannotChange(f"{account.name} was moved meanwhile. Look where it stands now.")
    if row.state == "closed":
        raise CannotChange(f"{account.name} is closed for good.")
    return row, ref(parent)


def below(account_id: uuid.UUID) -> Select[Any]:
    """Return the query of the ids of an account and all below it."""
    return select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id == account_id)


def set_state(
    row: Account, state: State, kind: EventType, *, by: Actor, reason: str = "", **facts: Any
) -> AuditEvent:
    """Make `state` the account's own from now on, record it, and halt or free what stands below.

    The caller has authorized it. Returns the event.
    """
    moment = now()
    current = state_of(row.id)
    if current is not None:
        current.ended_at = moment
    row.state = state
    told = record(kind, row, by=by, reason=reason, **facts)
    db.session.add(
        AccountState(
            tenant_id=row.tenant_id, account_id=row.id, state=state, reason=reason,
            by_label=by.label, since=moment,
        )
    )  # fmt: skip
    db.session.flush()
    recount_halted(row.id)
    return told


def state_of(account_id: uuid.UUID) -> AccountState | None:
    """Return the state an account has now, with its reason, if it is inside the scope."""
    query = select(AccountState).where(
        AccountState.account_id == account_id, AccountState.ended_at.is_(None)
    )
    return db.session.scalar(query)


def recount_halted(account_id: uuid.UUID) -> None:
    """Work out anew for an account and all below it whether something above is not open."""
    above = aliased(Account)
    halting = exists().where(
        AccountClosure.descendant_id == Account.id,
        AccountClosure.ancestor_id == above.id,
        above.state != "open",
    )
    change = update(Account).where(Account.id.in_(below(account_id)))
    change = change.values(halted=halting.correlate(Account))
    db.session.execute(change.execution_options(synchronize_session=False))
    db.session.expire_all()
