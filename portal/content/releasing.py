"""Gathering pages into a release, and saying when they go: made, filled, scheduled, cancelled."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.content.freezing import first_free, freezes_ahead
from portal.content.moments import Moment, moment_at, resolve
from portal.content.pages import Page, Revision
from portal.content.problems import BadTime, Problem
from portal.content.release_looks import NotTogether, accounts_of, look_over
from portal.content.releases import MOST, NAME_LENGTH, OPEN, Release, ReleaseItem, items_of
from portal.content.schedules import LATE_MINUTES, LatePolicy, What
from portal.content.scheduling import refuse_bad_moment, time_fields
from tenants.accounts import Account, AccountRef, ref
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

MOST_OPEN = 100


def make_release(account: AccountRef, name: str, *, by: Actor) -> Release:
    """Start an empty release. Recorded. Raises Denied and Problem."""
    authorize(by, Permission.PAGE_PUBLISH, account)
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Problem(f"Give the release a name of at most {NAME_LENGTH} characters.")
    row = Release(
        tenant_id=account.tenant_id, account_id=account.id, name=name, state="draft",
        zone=account.zone, maker_id=by.person_id, maker_label=by.label,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(Event.RELEASE_MADE, row, by=by, changes={})
    return row


def gather(
    release: Release, pages: Sequence[Page], account: AccountRef, *, by: Actor,
    what: What = "publish",
) -> int:  # fmt: skip
    """Add pages to an open release, or have it take their newest revisions; return how many.

    Each is recorded. The right to publish is asked for at the account of each, and whoever changes
    a release that waits answers for all of it from then on. Raises Denied, and Problem.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    lock_open(release)
    places = {row.id: ref(row) for row in _accounts({page.account_id for page in pages})}
    drafts = _drafts(pages)
    known = {item.page_id: item for item in items_of(release)}
    changed = 0
    for page in pages:
        place = places[page.account_id]
        authorize(by, Permission.PAGE_PUBLISH, place)
        if account.id not in place.path:
            raise Problem(f"“{page.title}” belongs to an account that is not below this one.")
        revision = drafts.get(page.draft_revision_id) if what == "publish" else None
        changed += _pin(release, page, revision, known.get(page.id), what, by)
    if len(known.keys() | {page.id for page in pages}) > MOST:
        raise Problem(f"A release holds at most {MOST} pages.")
    if changed:
        _answer_for(release, by)
    return changed


def drop(release: Release, item: ReleaseItem, account: AccountRef, *, by: Actor) -> None:
    """Take a page out of an open release. Recorded. Raises Denied and Problem."""
    authorize(by, Permission.PAGE_PUBLISH, account)
    lock_open(release)
    db.session.refresh(item)
    db.session.delete(item)
    db.session.flush()
    record(Event.RELEASE_DROPPED, release, by=by, changes={}, other=item.label)
    _answer_for(release, by)


def schedule_release(
    release: Release, moment: Moment, account: AccountRef, *, by: Actor, reason: str = "",
    late_policy: LatePolicy = "publish", late_minutes: int = LATE_MINUTES,
) -> None:  # fmt: skip
    """Have a release carried out at a moment, or at another one than so far. Recorded.

    It keeps its id and its texts; `by` answers for it. Raises Denied, BadTime, NotTogether when it
    could not be carried out even now, and Problem when it is over.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    lock_open(release)
    for each in (account, *accounts_of(items_of(release))):
        refuse_bad_moment(moment, each)
    look = look_over(release, by, by=by, at=moment.at)
    if look.bad:
        raise NotTogether(look, len(items_of(release)))
    moved = release.state != "draft"
    for name, value in time_fields(moment).items():
        setattr(release, name, value)
    release.state, release.cause = "pending", ""
    release.attempts, release.next_try_at, release.told_at = 0, None, None
    release.missed_at = None
    release.late_policy, release.late_minutes = late_policy, late_minutes
    release.approver_id, release.approver_label = by.person_id, by.label
    release.moves += moved
    record(
        Event.RELEASE_MOVED if moved else Event.RELEASE_SCHEDULED, release, by=by, reason=reason,
        due=moment.at.isoformat(), sentence=moment.sentence,
    )  # fmt: skip


def asked_moment(
    release: Release, account: AccountRef, wall: datetime, zone: str,
    chosen: datetime | None = None,
) -> Moment:  # fmt: skip
    """Return the instant meant by a wall time at which all of a release can go.

    `chosen` is an instant picked among those that a BadTime offered. Raises BadTime; for a freeze
    of one of its accounts with the first moment that is free at all of them.
    """
    moment = resolve(wall, zone, chosen)
    places = (account, *accounts_of(items_of(release)))
    try:
        for each in places:
            refuse_bad_moment(moment, each)
    except BadTime as problem:
        if not problem.choices:
            raise
        ahead = [freeze for each in places for freeze in freezes_ahead(each, moment.at)]
        free = moment_at(first_free(ahead, moment.at), zone)
        if chosen == free.at:
            return free
        raise BadTime(str(problem), (free,)) from None
    return moment


def cancel_release(release: Release, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Cancel an open release for good; its pages stay as they are. Recorded.

    Raises Denied and Problem.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    lock_open(release)
    release.state = "cancelled"
    due = release.due_at.isoformat() if release.due_at else "never"
    record(Event.RELEASE_CANCELLED, release, by=by, reason=reason, due=due)


def lock_open(release: Release) -> None:
    """Wait for others who change the release. Raises Problem when it is over."""
    db.session.flush()
    db.session.refresh(release, with_for_update=True)
    if release.state not in OPEN:
        raise Problem(f"This release is {release.state} already, so it cannot be changed any more.")


def item_of(release: Release, page_id: uuid.UUID | None) -> ReleaseItem | None:
    """Return the release's item for a page if it is inside the scope, else None."""
    return db.session.scalar(
        select(ReleaseItem).where(
            ReleaseItem.release_id == release.id, ReleaseItem.page_id == page_id
        )
    )


def _pin(
    release: Release, page: Page, revision: Revision | None, item: ReleaseItem | None,
    what: What, by: Actor,
) -> bool:  # fmt: skip
    if what == "publish" and revision is None:
        raise Problem(f"There is nothing saved of “{page.title or '(untitled)'}” yet.")
    pinned = revision.id if revision else None
    if item is not None and (item.what, item.revision_id) == (what, pinned):
        return False
    if item is None:
        item = ReleaseItem(
            tenant_id=page.tenant_id, account_id=page.account_id, release_id=release.id,
            page_id=page.id,
        )  # fmt: skip
        db.session.add(item)
    item.page_title, item.what, item.revision_id = page.title, what, pinned
    item.revision_number = revision.number if revision else None
    item.revision_digest = revision.digest if revision else None
    item.added_by_label, item.problems = by.label, []
    record(
        Event.RELEASE_GATHERED, release, by=by, changes={}, other=item.label,
        how=f"live with revision {revision.number}" if revision else "offline",
    )  # fmt: skip
    db.session.flush()
    return True


def _answer_for(release: Release, by: Actor) -> None:
    """Look a changed release over; one that waits is from now on on this person's authority."""
    if release.state == "pending":
        look = look_over(release, by, by=by)
        if look.bad:
            raise NotTogether(look, len(items_of(release)))
        release.approver_id, release.approver_label = by.person_id, by.label
        return
    release.checked_at, release.problems = None, []


def _drafts(pages: Sequence[Page]) -> dict[uuid.UUID | None, Revision]:
    ids = [page.draft_revision_id for page in pages]
    return {row.id: row for row in db.session.scalars(select(Revision).where(Revision.id.in_(ids)))}


def _accounts(ids: set[uuid.UUID]) -> list[Account]:
    return list(db.session.scalars(select(Account).where(Account.id.in_(ids))))
