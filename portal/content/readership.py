"""Who may read a page once it is live: everybody, who knows its password, people of the account."""

from typing import Literal

from portal.content.freezing import refuse_frozen
from portal.content.holding import hold
from portal.content.pages import Page, refuse_trashed
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

Readers = Literal["everybody", "password", "members"]
WORDS: dict[Readers, str] = {
    "everybody": "everybody", "password": "who knows the password",
    "members": "people of the account",
}  # fmt: skip


def readers_of(page: Page) -> Readers:
    """Return who may read a page once it is live."""
    if page.for_members:
        return "members"
    return "password" if page.access_password_hash else "everybody"


def set_readers(
    page: Page, account: AccountRef, readers: Readers, password_hash: str | None, *, by: Actor,
    reason: str = "",
) -> None:  # fmt: skip
    """Say who may read a page, and record it.

    `password_hash` is of a new password; None keeps the one there is. It takes the right to
    publish, since it opens and closes what is live. Raises Denied, Frozen, and Problem when a
    password is needed and there is none.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    refuse_frozen(account)
    hold(page)
    refuse_trashed(page)
    before, kept = readers_of(page), page.access_password_hash
    if readers == "password" and not (password_hash or kept):
        raise Problem("Type the password that opens this page.")
    page.for_members = readers == "members"
    page.access_password_hash = (password_hash or kept) if readers == "password" else None
    if before == readers and page.access_password_hash == kept:
        return
    after = "who knows another password" if before == readers else WORDS[readers]
    record(Event.PAGE_READERS_SET, page, by=by, reason=reason,
           changes={"readers": [WORDS[before], after]})  # fmt: skip
