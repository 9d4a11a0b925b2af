"""Changing an account's own name and clock."""

from tenants.accounts import AccountRef, account_by_id
from tenants.audit import record
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission


def change_account(account: AccountRef, *, by: Actor, name: str, zone: str) -> bool:
    """Rename an account or set its time zone, and record it; tell whether anything changed.

    Raises Denied.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    row = account_by_id(account.id)
    if row is None or (row.name, row.zone) == (name, zone):
        return False
    row.name, row.zone = name, zone
    record(Event.ACCOUNT_CHANGED, row, by=by)
    return True
