"""Lists around releases: which there are, which pages can be added, what happened to one."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, tuple_

from portal.content.history import events_in
from portal.content.notifications import reached_with
from portal.content.pages import Page
from portal.content.paging import PER_PAGE, Slice, key_of, parse_key
from portal.content.releases import OPEN, STUCK, Release, ReleaseItem, sizes_of
from tenants.accounts import Account, AccountRef
from tenants.audit import AuditEvent
from tenants.closure import ids_below
from tenants.db import db
from tenants.decisions import Actor
from tenants.permissions import Permission

CHOICE = 50
GROUPS: dict[str, tuple[str, ...]] = {
    "open": OPEN, "stuck": STUCK, "draft": ("draft",), "pending": ("pending",), "done": ("done",),
    "undone": ("undone",), "skipped": ("skipped",), "cancelled": ("cancelled",), "all": (),
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A page that could be added."""

    page: Page
    account_id: uuid.UUID
    account_name: str


def releases_of(account_id: uuid.UUID, group: str, before: str | None = None) -> Slice:
    """Return (release, how many items inside the scope), the latest made first. Two statements."""
    query = select(Release).where(Release.account_id == account_id)
    if GROUPS[group]:
        query = query.where(Release.state.in_(GROUPS[group]))
    if before:
        query = query.where(tuple_(Release.created_at, Release.id) < tuple_(*parse_key(before)))
    query = query.order_by(Release.created_at.desc(), Release.id.desc()).limit(PER_PAGE + 1)
    found = list(db.session.scalars(query))
    shown = found[:PER_PAGE]
    sizes = sizes_of([row.id for row in shown])
    older = key_of(shown[-1].created_at, shown[-1].id) if len(found) > PER_PAGE else None
    return Slice([(row, sizes.get(row.id, 0)) for row in shown], older)


def open_releases(
    account_id: uuid.UUID, most: int, search: str = "", chosen: Collection[uuid.UUID] = ()
) -> tuple[list[Release], bool]:
    """Return releases of the account that pages can be added to, and whether there are more.

    The latest made first, at most `most`; `search` narrows them to those with it in the name, and
    those `chosen` are among them in any case. One statement, two when some of these are not.
    """
    query = select(Release).where(Release.account_id == account_id, Release.state.in_(OPEN))
    query = query.order_by(Release.created_at.desc(), Release.id.desc())
    hit = Release.name.icontains(search, autoescape=True)
    wanted = query.where(hit) if search else query
    found = list(db.session.scalars(wanted.limit(most + 1)))
    cut, found = len(found) > most, found[:most]
    if missing := set(chosen) - {row.id for row in found}:
        found += db.session.scalars(query.where(Release.id.in_(missing)))
    return found, cut


def candidates(
    here: AccountRef, by: Actor, search: str = "", release: Release | None = None,
    ids: list[uuid.UUID] | None = None,
) -> list[Candidate]:  # fmt: skip
    """Return pages at an account and below it that `by` may publish, the latest changed first.

    Those of a release are left out; `ids` asks for these alone. At most CHOICE, or as many as there
    are ids. One statement.
    """
    below = ids_below([here.id])
    query = (
        select(Page, Account.id, Account.name)
        .join(Account, Account.id == Page.account_id)
        .where(
            Page.account_id.in_(below), Page.draft_revision_id.is_not(None),
            reached_with(by, Permission.PAGE_PUBLISH, Page.account_id), Account.halted.is_(False),
        )
    )  # fmt: skip
    if search:
        hits = [c.icontains(search, autoescape=True) for c in (Page.title, Page.address)]
        query = query.where(or_(*hits))
    if release is not None:
        mine = select(ReleaseItem.page_id).where(ReleaseItem.release_id == release.id)
        query = query.where(Page.id.not_in(mine))
    if ids is not None:
        query = query.where(Page.id.in_(ids))
    query = query.order_by(Page.changed_at.desc(), Page.id.desc())
    rows: Any = db.session.execute(query.limit(CHOICE if ids is None else len(ids))).all()
    return [Candidate(*row) for row in rows]


def events_of(release: Release, before: str | None = None, *, content: bool) -> Slice:
    """Return what happened to a release, the latest first, from a key on; titles if `content`."""
    query = select(AuditEvent).where(
        AuditEvent.target_id == release.id, AuditEvent.tenant_id == release.tenant_id,
        AuditEvent.target_type == "release",
    )  # fmt: skip
    return events_in(query, before, content=content)
