"""Leaving: somebody gives up his own roles at an account."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.ending import finish
from tenants.grants import Grant


class CannotLeave(ValueError):
    """There is nothing here to give up; the message says where there is."""


def own_grants(account: AccountRef, by: Actor) -> list[Grant]:
    """Return the grants in force given to `by` at the account itself."""
    query = (
        select(Grant)
        .options(joinedload(Grant.person), joinedload(Grant.role))
        .where(
            Grant.account_id == account.id, Grant.person_id == by.person_id,
            *Grant.in_force(now()),
        )
        .order_by(Grant.since, Grant.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


def leave(account: AccountRef, *, by: Actor, reason: str = "") -> int:
    """End all of one's own grants at the account, record each, and return how many.

    Needs no right: whoever holds a role may give it up. Raises CannotLeave when none is given here,
    and CannotDelegate when the account would be left without an admin; then none is ended.
    """
    grants = own_grants(account, by)
    if by.person_id is None or not grants:
        raise CannotLeave(
            f"You hold no role given at {account.name} itself. "
            "A role that reaches here from above is given up there."
        )
    for grant in grants:
        finish(grant, account, by=by, reason=reason)
        db.session.flush()
    return len(grants)
