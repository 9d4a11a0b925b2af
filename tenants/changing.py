"""Changing an account's own name, clock and accent colour."""

from tenants.accents import check_accent
from tenants.accounts import AccountRef, account_by_id
from tenants.audit import record
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission


def change_account(
    account: AccountRef, *, by: Actor, name: str, zone: str, accent: str | None = None
) -> bool:
    """Rename an account, set its time zone or its accent; record it and tell whether it changed.

    An `accent` of None is left as it is. Raises Denied, and BadAccent when it cannot be read.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    row = account_by_id(account.id)
    if row is None:
        return False
    wanted = (name, zone, row.accent if accent is None else check_accent(accent))
    if (row.name, row.zone, row.accent) == wanted:
        return False
    row.name, row.zone, row.accent = wanted
    record(Event.ACCOUNT_CHANGED, row, by=by)
    return True
