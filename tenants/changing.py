"""Changing an account's own name, clock, accent colour and logo."""

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


def set_logo(account: AccountRef, logo: str, *, by: Actor) -> str:
    """Give an account a logo by its file's name, or none with an empty one, and record it.

    Returns the name it had before. Raises Denied.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    row = account_by_id(account.id)
    if row is None or row.logo == logo:
        return logo
    before, row.logo = row.logo, logo
    record(Event.LOGO_SET if logo else Event.LOGO_REMOVED, row, by=by)
    return before
