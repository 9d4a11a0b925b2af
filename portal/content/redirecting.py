"""Old addresses that lead to pages: seen, added, removed.

A redirect leads to a page, wherever it is by then, and not to another address: there are no chains
to follow and no loops to run in, and it never leaves the site. When a live page's address changes,
publishing writes one by itself.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.content.addresses import is_kept, refuse_long
from portal.content.pages import Page
from portal.content.paging import PER_PAGE, Slice
from portal.content.problems import Problem
from portal.content.sites import Redirect
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f\\?#]")


@dataclass(frozen=True)
class Line:
    """An old address and the page it leads to; without an address of its own it is “gone”."""

    redirect: Redirect
    page: Page


def redirects_listed(account_id: uuid.UUID, search: str = "", after: str = "") -> Slice:
    """Return the account's redirects by address, after the address `after`. One statement."""
    query = (
        select(Redirect, Page)
        .join(Page, Page.id == Redirect.page_id)
        .where(Redirect.account_id == account_id)
    )
    if search:
        query = query.where(Redirect.address.icontains(search, autoescape=True))
    if after:
        query = query.where(Redirect.address > after)
    rows = db.session.execute(query.order_by(Redirect.address).limit(PER_PAGE + 1)).all()
    shown = [Line(row[0], row[1]) for row in rows[:PER_PAGE]]
    return Slice(shown, shown[-1].redirect.address if len(rows) > PER_PAGE else None)


def redirect_by_id(redirect_id: uuid.UUID, account_id: uuid.UUID) -> Redirect | None:
    """Return the account's redirect with this id if it is inside the scope, else None."""
    return db.session.scalar(
        select(Redirect).where(Redirect.id == redirect_id, Redirect.account_id == account_id)
    )


def add_redirect(
    account: AccountRef, old: str, to: str, *, by: Actor, reason: str = ""
) -> Redirect:
    """Let an address of the site lead to the page at another, and record it.

    Named by an old address of its own, the page is meant that it leads to. Raises Denied and
    Problem.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    address = site_address(old)
    page = _page_at(account.id, site_address(to))
    if page is None:
        raise Problem(f"No page of this site is live at {to.strip()}, and no old address leads on.")
    if _live_at(account.id, address) is not None:
        raise Problem(f"A page is live at {address}: readers find that one.")
    if is_kept(address):
        raise Problem(f"The site uses the address {address} itself; choose another.")
    row = Redirect(
        tenant_id=account.tenant_id, account_id=account.id, address=address, page_id=page.id
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise Problem(f"{address} leads somewhere already. Remove that first.") from None
    record(Event.REDIRECT_ADDED, row, by=by, reason=reason, changes={}, page=page.label)
    return row


def remove_redirect(row: Redirect, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Take a redirect away, and record it: readers get “not found” there. Raises Denied."""
    authorize(by, Permission.PAGE_PUBLISH, account)
    db.session.refresh(row, with_for_update=True)
    page = db.session.scalar(select(Page).where(Page.id == row.page_id))
    label = page.label if page else ""
    record(Event.REDIRECT_REMOVED, row, by=by, reason=reason, changes={}, page=label)
    db.session.delete(row)
    db.session.flush()


def site_address(text: str) -> str:
    """Return `/about/team/` for `about//Team`. Raises Problem for what is no path of a site."""
    typed = text.strip()
    if _SCHEME.match(typed):
        raise Problem("A redirect stays on this site: give a path such as /about/, without a host.")
    folded = unicodedata.normalize("NFKC", typed).casefold()
    parts = [part for part in folded.split("/") if part]
    if _CONTROL.search(folded) or {".", ".."} & set(parts):
        raise Problem("This is no path of a site: leave out spaces, “?”, “#” and “..”.")
    address = "".join(f"/{part}" for part in parts) + "/"
    refuse_long(address)
    return address


def _live_at(account_id: uuid.UUID, address: str) -> Page | None:
    return db.session.scalar(
        select(Page).where(Page.account_id == account_id, Page.address == address)
    )


def _page_at(account_id: uuid.UUID, address: str) -> Page | None:
    found = _live_at(account_id, address)
    if found is not None:
        return found
    led = select(Redirect.page_id).where(
        Redirect.account_id == account_id, Redirect.address == address
    )
    return db.session.scalar(
        select(Page).where(
            Page.account_id == account_id, Page.id.in_(led), Page.address.is_not(None)
        )
    )
