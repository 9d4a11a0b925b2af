"""Opening accounts: the house once, masters and secondaries after it."""

from tenants.accounts import Account, AccountRef, place, ref
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.delegation import bestow, give
from tenants.events import Event
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import built_in
from tenants.tree import DEEPEST, CannotChange, fresh, hold


class HandleTaken(ValueError):
    """Another account has this handle already."""


def open_house(handle: str, name: str, owner: Person, *, by: Actor) -> Account:
    """Open the root of the tree and make `owner` its owner. Needs `across_tenants`."""
    house = place("house", handle, name, None, "UTC")
    record(Event.ACCOUNT_OPENED, house, by=by, kind="house", handle=handle)
    bestow(owner, built_in("owner"), ref(house), by=by, because="The house needs an owner.")
    return house


def open_account(
    parent: AccountRef, handle: str, name: str, *, by: Actor, admin: Person | None, zone: str
) -> Account:
    """Open an account below `parent`, with a first admin or none, and record it.

    A master has a first admin named by whoever opens it: an empty tenant holds nothing that could
    be taken. In a secondary a person gives the role as anywhere, up to his own rights; without an
    admin, those above manage it. Needs `across_tenants`, since a new account is in nobody's scope.
    Raises Denied, BadHandle, HandleTaken, CannotDelegate, and CannotChange when it would be too
    deep.
    """
    hold(parent.tenant_id)
    row = fresh(parent.id)
    if row is None:
        raise LookupError("The parent account is gone.")
    authorize(by, Permission.ACCOUNT_OPEN, ref(row))
    if row.depth >= DEEPEST:
        raise CannotChange(f"Accounts stand at most {DEEPEST} deep. Open it further up.")
    if db.session.query(Account.id).filter(Account.handle == handle).first():
        raise HandleTaken(f"The handle “{handle}” is taken; choose another.")
    kind = "master" if row.kind == "house" else "secondary"
    account = place(kind, handle, name, row, zone)  # type: ignore[arg-type]  # one of the Kinds
    record(Event.ACCOUNT_OPENED, account, by=by, kind=kind, handle=handle)
    if admin is not None:
        own_word = kind == "secondary" and by.person_id is not None
        word = give if own_word else bestow
        word(admin, built_in("account-admin"), ref(account), by=by, because="First account admin.")
    return account
