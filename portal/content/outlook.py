"""How things will stand around some schedules of an account when they are due."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.content.addresses import address_of
from portal.content.content_types import definition_of
from portal.content.fields import texts_in
from portal.content.freezing import FreezeRef, freezes_ahead
from portal.content.html_shown import own_pages
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision
from portal.content.problems import Problem
from portal.content.schedules import IS_OPEN, Schedule, is_pending
from portal.content.workflows import workflow_at
from tenants.accounts import AccountRef
from tenants.db import db

AHEAD = 2000
"""How many schedules due before are looked at for an address that they take first."""
Place = tuple[bool, str, uuid.UUID | None]
"""Whether it is a post, its slug, and its parent: what an address is made of."""


@dataclass(frozen=True)
class Outlook:
    """Pages, texts, addresses and what is planned, as they are now."""

    pages: Mapping[uuid.UUID, Page]
    revisions: Mapping[uuid.UUID, Revision]
    needs_approval: bool
    live: Mapping[uuid.UUID, bool]
    titles: Mapping[uuid.UUID, str]
    planned: Mapping[uuid.UUID, list[Any]]
    standing: Mapping[str, uuid.UUID]
    coming: Mapping[Place, list[Any]]
    addresses: Mapping[uuid.UUID, str | Problem]
    freezes: Sequence[FreezeRef]

    def freeze_at(self, moment: datetime) -> FreezeRef | None:
        """Return the freeze that an instant (UTC) falls into, the last to end, or None."""
        covering = [each for each in self.freezes if each.since <= moment < each.until]
        return max(covering, key=lambda each: each.until, default=None)

    def live_by(self, page_id: uuid.UUID, row: Schedule) -> bool:
        """Tell whether readers will find a page when a schedule is due, if all goes as planned."""
        live = self.live.get(page_id, False)
        for other in self.planned.get(page_id, ()):
            if other.due_at <= row.due_at and other.id != row.id:
                live = other.what == "publish"
        return live

    def title_of(self, page_id: uuid.UUID) -> str:
        """Return a page's title in quotes, or what stands for one that is not there."""
        title = self.titles.get(page_id)
        return "a page that is not there" if title is None else f"“{title or '(untitled)'}”"

    def taken(self, row: Schedule, page: Page, revision: Revision) -> str:
        """Return why a page will not get the address it wants, or an empty text."""
        address = self.addresses.get(row.id)
        if address is None:
            return ""
        if isinstance(address, Problem):
            return str(address)
        holder = self.standing.get(address)
        if holder is not None and holder != page.id:
            return f"Another page is live at {address} already."
        place = page.type == "post", revision.slug, revision.parent_id
        for other in self.coming.get(place, ()):
            if other.page_id != page.id and (other.due_at, other.id) < (row.due_at, row.id):
                title = other.page_title or "(untitled)"
                return f"“{title}” is scheduled to go live at {address} before it."
        return ""


def linked_pages(revision: Revision) -> set[uuid.UUID]:
    """Return the account's own pages that a text leads to."""
    rich = [revision.body, *(t for t in texts_in(revision.fields or {}) if t.startswith("<"))]
    return {uuid.UUID(page_id) for text in rich for page_id in own_pages(text)}


def outlook(rows: Sequence[Schedule], account: AccountRef) -> Outlook:
    """Look around some schedules of one account. Nine statements, and some for each parent."""
    pages = _pages(rows)
    revisions = _revisions(rows, pages.values())
    wanted = {row.id: revisions.get(row.revision_id) for row in rows if row.revision_id}
    addresses = {
        row.id: _address(pages[row.page_id], revision)
        for row in rows
        if row.page_id in pages and (revision := wanted.get(row.id)) is not None
    }
    around = {row.page_id for row in rows}
    for revision in wanted.values():
        if revision is not None:
            around |= linked_pages(revision) | {revision.parent_id or revision.page_id}
    live, titles = _standing(account, around)
    texts = [revision for revision in wanted.values() if revision is not None]
    return Outlook(
        pages, revisions, workflow_at(account).required, live, titles, _planned(around, rows),
        _at(account, [a for a in addresses.values() if isinstance(a, str)]),
        _coming(rows, account, {text.slug for text in texts}),
        {key: address for key, address in addresses.items() if address is not None},
        freezes_ahead(account),
    )  # fmt: skip


def _pages(rows: Sequence[Schedule]) -> dict[uuid.UUID, Page]:
    query = select(Page).where(Page.id.in_({row.page_id for row in rows}))
    found = db.session.scalars(query.execution_options(**WITH_TRASH))
    return {page.id: page for page in found}


def _revisions(rows: Sequence[Schedule], pages: Collection[Page]) -> dict[uuid.UUID, Revision]:
    ids = {row.revision_id for row in rows} | {page.live_revision_id for page in pages}
    query = select(Revision).where(Revision.id.in_(ids - {None}))
    return {revision.id: revision for revision in db.session.scalars(query)}


def _address(page: Page, revision: Revision) -> str | Problem | None:
    if definition_of(page.type, page.tenant_id).stands == "nowhere":
        return None
    try:
        return address_of(page, revision.slug, revision.parent_id)
    except Problem as problem:
        return problem


def _standing(
    account: AccountRef, page_ids: Collection[uuid.UUID]
) -> tuple[dict[uuid.UUID, bool], dict[uuid.UUID, str]]:
    live = Page.live_revision_id.is_not(None).label("live")
    query = select(Page.id, Page.title, live, Page.account_id).where(Page.id.in_(page_ids))
    rows = [row for row in db.session.execute(query) if row.account_id == account.id]
    return {row.id: bool(row.live) for row in rows}, {row.id: row.title for row in rows}


def _planned(
    page_ids: Collection[uuid.UUID], rows: Sequence[Schedule]
) -> dict[uuid.UUID, list[Any]]:
    """Return what waits for each page, the first due first: `rows`, and what is stored."""
    query = select(Schedule.id, Schedule.page_id, Schedule.what, Schedule.due_at).where(
        Schedule.page_id.in_(page_ids), is_pending(Schedule)
    )
    waiting: dict[uuid.UUID, Any] = {row.id: row for row in (*db.session.execute(query), *rows)}
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in sorted(waiting.values(), key=lambda each: (each.due_at, each.id)):
        found[row.page_id].append(row)
    return found


def _at(account: AccountRef, addresses: Collection[str]) -> dict[str, uuid.UUID]:
    query = select(Page.address, Page.id).where(
        Page.account_id == account.id, Page.address.in_(set(addresses))
    )
    return {address: page_id for address, page_id in db.session.execute(query) if address}


def _coming(
    rows: Sequence[Schedule], account: AccountRef, slugs: Collection[str]
) -> dict[Place, list[Any]]:
    """Return what goes live before the last of them under the same slugs."""
    nearest = (
        select(Schedule.id, Schedule.page_id, Schedule.page_title, Schedule.due_at,
               Schedule.revision_id)
        .where(
            Schedule.account_id == account.id, is_pending(Schedule), IS_OPEN,
            Schedule.what == "publish", Schedule.due_at <= max(row.due_at for row in rows),
        )
        .order_by(Schedule.due_at.desc(), Schedule.id.desc())
        .limit(AHEAD)
        .subquery()
    )  # fmt: skip
    query = (
        select(nearest, Revision.slug, Revision.parent_id, Page.type)
        .join(Revision, Revision.id == nearest.c.revision_id)
        .join(Page, Page.id == nearest.c.page_id)
        .where(Revision.slug.in_(slugs))
    )
    found: dict[Place, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.type == "post", row.slug, row.parent_id].append(row)
    return found
