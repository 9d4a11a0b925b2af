"""Pages that let go of their addresses for a while, so that several can change places at once.

Within one transaction only: `park` lets go, `settle` has a page stand somewhere again, `lead` lets
the addresses that stayed empty lead to whoever stood there. What led where before is kept in `led`.
"""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import delete, select

from portal.content.addresses import refuse_taken
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.sites import Redirect
from tenants.audit import excuse, record
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event

Place = tuple[uuid.UUID, str]
"""An account, and an address on its site."""


class Parking:
    """Who let go of which address, and who is still to stand somewhere."""

    def __init__(self) -> None:
        self.stood: dict[uuid.UUID, tuple[Page, str]] = {}
        self.waiting: dict[uuid.UUID, Page] = {}
        self.led: dict[Place, uuid.UUID | None] = {}

    def remember(self, account_id: uuid.UUID, addresses: Collection[str]) -> None:
        """Keep where addresses of a site lead before anything changes. The first answer counts."""
        new = {address for address in addresses if (account_id, address) not in self.led}
        if not new:
            return
        rows = redirects_at(account_id, new)
        for address in new:
            row = rows.get(address)
            self.led[account_id, address] = row.page_id if row else None

    def park(self, pages: Iterable[Page]) -> None:
        """Have pages let go of their addresses until they settle."""
        for page in pages:
            if page.address is None or page.id in self.stood:
                continue
            self.stood[page.id] = page, page.address
            self.waiting[page.id] = page
            page.address = None
        db.session.flush()

    def left(self, page: Page) -> str | None:
        """Return the address that a page let go of; it settles by itself from here on."""
        self.waiting.pop(page.id, None)
        return self.stood[page.id][1] if page.id in self.stood else None

    def settle(self, page: Page, address: str, *, by: Actor, reason: str) -> None:
        """Have a page stand at an address, recorded if it is another one. Raises AddressTaken."""
        old = self.left(page)
        refuse_taken(page, address)
        self.remember(page.account_id, [address])
        forget_redirects(page.account_id, [address])
        page.address = address
        if address == old:
            excuse(page, "It stands where it stood.")
        else:
            live = revision_by_id(page.live_revision_id, page)
            record(
                Event.PAGE_PUBLISHED, page, by=by, reason=reason, address=address,
                revision=live.number if live else None, changes={"address": [old, address]},
            )  # fmt: skip
        db.session.flush()

    def lead(self) -> None:
        """Let each address that was let go of, and that nobody took, lead to who stood there."""
        left = {
            (page.account_id, old): page for page, old in self.stood.values() if page.address != old
        }
        for place in standing_at(left):
            del left[place]
        for (account_id, address), page in left.items():
            point(page.tenant_id, account_id, address, page.id)


def live_below(pages: Iterable[Page]) -> list[Page]:
    """Return the live pages below some, parents before children: they move along with these."""
    found: dict[uuid.UUID, Page] = {}
    above = {page.id for page in pages}
    while above:
        query = select(Page).where(Page.parent_id.in_(above), Page.address.is_not(None))
        fresh = [page for page in db.session.scalars(query) if page.id not in found]
        found |= {page.id: page for page in fresh}
        above = {page.id for page in fresh}
    return list(found.values())


def parents_first(wanted: Iterable[tuple[Page, Revision]]) -> list[tuple[Page, Revision]]:
    """Return pages with the revisions they are to show, each after the one it will stand below."""
    waiting = {page.id: (page, revision) for page, revision in wanted}
    ordered: list[tuple[Page, Revision]] = []
    while waiting:
        free = [key for key, (_, revision) in waiting.items() if revision.parent_id not in waiting]
        # In a circle nobody is free: it is refused when the turn of one of them comes.
        ordered += [waiting.pop(key) for key in free or list(waiting)]
    return ordered


def redirects_at(account_id: uuid.UUID, addresses: Collection[str]) -> dict[str, Redirect]:
    """Return the redirects at some addresses of a site."""
    query = select(Redirect).where(
        Redirect.account_id == account_id, Redirect.address.in_(addresses)
    )
    return {row.address: row for row in db.session.scalars(query)}


def standing_at(places: Collection[Place]) -> list[Place]:
    """Return those of the places where a page is live."""
    query = select(Page.account_id, Page.address).where(
        Page.account_id.in_({account_id for account_id, _ in places}),
        Page.address.in_({address for _, address in places}),
    )
    found = {(account_id, address) for account_id, address in db.session.execute(query)}
    return [place for place in places if place in found]


def forget_redirects(account_id: uuid.UUID, addresses: Collection[str]) -> None:
    """Delete the redirects at some addresses of a site."""
    db.session.execute(
        delete(Redirect).where(Redirect.account_id == account_id, Redirect.address.in_(addresses))
    )


def point(tenant_id: uuid.UUID, account_id: uuid.UUID, address: str, page_id: uuid.UUID) -> None:
    """Let an address of a site lead to a page."""
    row = redirects_at(account_id, [address]).get(address)
    if row is not None:
        row.page_id = page_id
        return
    db.session.add(
        Redirect(tenant_id=tenant_id, account_id=account_id, address=address, page_id=page_id)
    )
