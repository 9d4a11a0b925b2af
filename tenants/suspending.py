"""Suspending an account and all below it, and letting it go on."""

from tenants.accounts import AccountRef
from tenants.decisions import Actor
from tenants.events import Event
from tenants.permissions import Permission
from tenants.tree import CannotChange, claim, set_state


def suspend(account: AccountRef, *, by: Actor, reason: str) -> None:
    """Suspend an account and record it: from the next decision on, all below it is halted too.

    Decided at the parent, so that nobody lifts what was suspended above him. The accounts below
    keep their own state. Raises Denied, and CannotChange without a reason or when it is not open.
    """
    row, _ = claim(account, Permission.ACCOUNT_SUSPEND, by=by)
    if not reason.strip():
        raise CannotChange("Say why: the reason is shown to the account's admins.")
    if row.state != "open":
        raise CannotChange(f"{row.name} is {row.state} already.")
    set_state(row, "suspended", Event.ACCOUNT_SUSPENDED, by=by, reason=reason)


def reactivate(account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """End an account's own suspension and record it; what is suspended above or below stays so.

    Raises Denied, and CannotChange when it is not suspended.
    """
    row, _ = claim(account, Permission.ACCOUNT_SUSPEND, by=by)
    if row.state != "suspended":
        raise CannotChange(f"{row.name} is not suspended.")
    set_state(row, "open", Event.ACCOUNT_REACTIVATED, by=by, reason=reason)
