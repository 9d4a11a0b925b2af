"""The trash: in, out again, and gone for good after DAYS."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, tuple_

from portal.content.addresses import address_of, refuse_taken
from portal.content.caring import PageCare
from portal.content.comments import Comment
from portal.content.copies import WorkingCopy
from portal.content.drafting import authorize_edit
from portal.content.live_words import LiveWords
from portal.content.locks import PageLock, PagePresence, refuse_others, stored_lock
from portal.content.media import MediaUse
from portal.content.naming import RevisionName
from portal.content.notifications import Notification
from portal.content.out_of_sight import WITH_TRASH
from portal.content.page_uses import PageUse
from portal.content.pages import Page, Revision, refuse_trashed, revision_by_id
from portal.content.paging import PER_PAGE, Slice, key_of, parse_key
from portal.content.problems import Problem
from portal.content.publishing import unpublish
from portal.content.releases import ReleaseItem
from portal.content.reviews import Review, Verdict
from portal.content.schedules import Schedule
from portal.content.scheduling import cancel, open_schedules
from portal.content.search_index import PageWords
from portal.content.shares import ShareLink, ShareOpinion
from portal.content.sites import Redirect
from portal.content.terms import PageTerm
from portal.content.translation_groups import let_go
from portal.content.translations import PageLanguage
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.limiting import take
from tenants.permissions import Permission
from tenants.quotas import Resource

DAYS = 30
NAMED = 5
# What belongs to a page and goes with it, in this order.
GOES_ALONG: tuple[Any, ...] = (
    WorkingCopy, PageLock, PagePresence, RevisionName, Notification, Comment, ShareOpinion,
    ShareLink, Verdict, Review, MediaUse, PageCare, PageLanguage, PageWords, PageUse, Schedule,
    LiveWords, ReleaseItem, Redirect, PageTerm, Revision,
)  # fmt: skip


@dataclass(frozen=True)
class Ahead:
    """What putting a page into the trash would come to."""

    address: str | None
    schedules: list[Schedule]
    below: list[str]


def ahead_of(page: Page) -> Ahead:
    """Return what stands in the way of the trash, or goes along. Two statements."""
    return Ahead(page.address, open_schedules(page), _titles_below(page))


def put_in_trash(page: Page, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Put a page into the trash: offline first, its schedules cancelled. Recorded, each.

    For what is live or scheduled the right to publish is needed too. Raises Denied, Locked while
    somebody else has the page for himself, and Problem while other pages stand below it or when it
    is in the trash already.
    """
    authorize_edit(by, page, account)
    _hold(page)
    refuse_trashed(page)
    refuse_others(stored_lock(page), by=by)
    below = _titles_below(page)
    if below:
        named = ", ".join(f"“{title or '(untitled)'}”" for title in below[:NAMED])
        raise Problem(
            f"Other pages stand below it: {named}{' and more' if len(below) > NAMED else ''}. "
            "Move them or put them into the trash first."
        )
    for row in open_schedules(page):
        cancel(row, account, by=by, reason="Its page was put into the trash.")
    before = page.state
    if page.live_revision_id is not None:
        unpublish(page, account, by=by, reason=reason or "It was put into the trash.")
    page.trashed_at, page.trashed_by_label = now(), by.name or by.label
    record(
        Event.PAGE_TRASHED, page, by=by, reason=reason,
        until=f"{goes_at(page):%Y-%m-%d %H:%M} UTC", changes={"state": [before, "trashed"]},
    )  # fmt: skip


def restore(page: Page, account: AccountRef, *, by: Actor, reason: str = "") -> str:
    """Take a page out of the trash, as a draft, and record it.

    Returns what stands in the way of publishing it again, in a sentence, or nothing. Raises Denied,
    QuotaReached, and Problem when it is not in the trash.
    """
    authorize_edit(by, page, account)
    take(Resource.ITEMS, account, by=by)
    _hold(page)
    if page.trashed_at is None or page.purged_at is not None:
        raise Problem("This page is not in the trash any more.")
    page.trashed_at, page.trashed_by_label, page.changed_at = None, "", now()
    record(
        Event.PAGE_UNTRASHED, page, by=by, reason=reason, changes={"state": ["trashed", "draft"]}
    )
    db.session.flush()
    return _obstacle(page)


def delete_now(page: Page, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Delete a page in the trash for good before its time. Recorded. Raises Denied and Problem."""
    authorize(by, Permission.PAGE_PUBLISH, account)
    _hold(page)
    if page.trashed_at is None or page.purged_at is not None:
        raise Problem("This page is not in the trash any more.")
    purge(page, by=by, reason=reason)


def purge(page: Page, *, by: Actor, reason: str = "") -> None:
    """Delete all that a page in the trash says and said, and record it, without asking.

    The trail stays as it is. The database refuses to let revisions of any other page go.
    """
    number = select(func.count()).where(Revision.page_id == page.id)
    told = record(
        Event.PAGE_PURGED, page, by=by, reason=reason, changes={},
        revisions=db.session.scalar(number.select_from(Revision)) or 0,
    )  # fmt: skip
    let_go(page, by=by)
    page.title, page.author_id, page.access_password_hash = "", None, None
    page.draft_revision_id = page.parent_id = None
    page.purged_at = now()
    db.session.flush()
    options = {"synchronize_session": False, "told_by": told}
    for cls in GOES_ALONG:
        gone = delete(cls).where(_of_page(cls, page))
        db.session.execute(gone.execution_options(**options))


def _of_page(cls: Any, page: Page) -> ColumnElement[bool]:
    if cls is Verdict:
        return Verdict.review_id.in_(select(Review.id).where(Review.page_id == page.id))
    return cls.page_id == page.id  # type: ignore[no-any-return]  # each has that column


def goes_at(page: Page) -> datetime:
    """Return when a page in the trash is deleted for good (UTC)."""
    return (page.trashed_at or now()) + timedelta(days=DAYS)


def trash_of(account_id: uuid.UUID, before: str | None = None) -> Slice:
    """Return what is in the account's trash, the latest first, from the key `before` on."""
    query = _in_trash().where(Page.account_id == account_id)
    if before:
        query = query.where(tuple_(Page.trashed_at, Page.id) < tuple_(*parse_key(before)))
    query = query.order_by(Page.trashed_at.desc(), Page.id.desc()).limit(PER_PAGE + 1)
    found = list(db.session.scalars(query))
    last = found[PER_PAGE - 1] if len(found) > PER_PAGE else None
    older = key_of(last.trashed_at, last.id) if last and last.trashed_at else None
    return Slice(found[:PER_PAGE], older)


def trashed_by_id(page_id: uuid.UUID, account_id: uuid.UUID) -> Page | None:
    """Return the page with this id in the account's trash if it is inside the scope, else None."""
    return db.session.scalar(_in_trash().where(Page.id == page_id, Page.account_id == account_id))


def _in_trash() -> Select[Page]:
    query = select(Page).where(Page.trashed_at.is_not(None), Page.purged_at.is_(None))
    return query.execution_options(**WITH_TRASH)


def _hold(page: Page) -> None:
    db.session.flush()
    db.session.refresh(page, with_for_update=True)


def _titles_below(page: Page) -> list[str]:
    """Return the titles of some pages that stand below this one, or would once published."""
    draft = select(Revision.id).where(
        Revision.id == Page.draft_revision_id, Revision.parent_id == page.id
    )
    query = select(Page.title).where(
        Page.account_id == page.account_id, or_(Page.parent_id == page.id, draft.exists())
    )
    return list(db.session.scalars(query.order_by(Page.title).limit(NAMED + 1)))


def _obstacle(page: Page) -> str:
    draft = revision_by_id(page.draft_revision_id, page)
    if draft is None:
        return ""
    try:
        refuse_taken(page, address_of(page, draft.slug, draft.parent_id))
    except Problem as problem:
        return str(problem)
    return ""
