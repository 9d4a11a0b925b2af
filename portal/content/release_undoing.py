"""Undoing a release: every page back to the revision and address it had, or to having none."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from portal.content.addresses import address_of
from portal.content.freezing import refuse_frozen
from portal.content.holding import hold
from portal.content.media_uses import note_live
from portal.content.out_of_sight import WITH_TRASH
from portal.content.page_uses import note_uses
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.parking import (
    Parking,
    forget_redirects,
    live_below,
    point,
    redirects_at,
    standing_at,
)
from portal.content.problems import Problem
from portal.content.publishing import go_live
from portal.content.releases import Release
from portal.content.terms import PageTerm
from tenants.accounts import Account, AccountRef, ref
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission
from tenants.scope import tenant_at_large


@dataclass(frozen=True)
class Step:
    """What undoing comes to for one page: what readers see now and would see then.

    `conflict` says what happened since, and keeps the page as it is. `along` marks a page that was
    not in the release and only moved with one that was.
    """

    row: dict[str, Any]
    page: Page | None
    now_revision: int | None
    then_revision: int | None
    conflict: str
    along: bool

    @property
    def title(self) -> str:
        """Return the page's name."""
        return (self.page.title if self.page else self.row["title"]) or "(untitled)"


class Conflicts(Problem):
    """Something was changed since; the person has to say that it stays as it is."""


def steps_of(release: Release) -> list[Step]:
    """Return what undoing a release comes to now, page by page. Two statements."""
    rows = release.trace.get("pages", [])
    ids = [uuid.UUID(row["page"]) for row in rows]
    query = select(Page).where(Page.id.in_(ids)).execution_options(**WITH_TRASH)
    pages = {page.id: page for page in db.session.scalars(query)}
    named = {uuid.UUID(row[key]) for row in rows for key in ("live", "now_live") if row[key]}
    wanted = named | {p.live_revision_id for p in pages.values() if p.live_revision_id}
    revisions = {
        row.id: row for row in db.session.scalars(select(Revision).where(Revision.id.in_(wanted)))
    }
    return [_step(row, pages.get(uuid.UUID(row["page"])), revisions) for row in rows]


def undo_release(
    release: Release, account: AccountRef, *, by: Actor, leave_changed: bool = False,
    reason: str = "",
) -> list[Step]:  # fmt: skip
    """Put back all that a release changed, in this transaction. Recorded, each page and the whole.

    What was live before goes live again as it was, without being approved anew. Pages changed since
    are left as they are if `leave_changed`. Returns the steps. Raises Denied, Conflicts, Frozen,
    and Problem when it is not done or an address was taken since; then nothing is changed.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    db.session.refresh(release, with_for_update=True)
    if release.state != "done":
        raise Problem("Only a release that was carried out, and not undone yet, can be undone.")
    for step in sorted(steps_of(release), key=lambda step: step.row["page"]):
        if step.page is not None and step.page.trashed_at is None:
            hold(step.page)
    steps = steps_of(release)
    _refuse_unseen(steps)
    left = [step for step in steps if step.conflict]
    if left and not leave_changed:
        raise Conflicts(f"{len(left)} of its pages were changed since. Nothing was undone.")
    back = [step for step in steps if not step.conflict and step.page is not None]
    ids = {step.page.account_id for step in back if step.page}
    for row in db.session.scalars(select(Account).where(Account.id.in_(ids))).all():
        authorize(by, Permission.PAGE_PUBLISH, ref(row))
        refuse_frozen(ref(row))
    _put_back(release, back, by)
    release.state, release.undone_at = "undone", now()
    record(
        Event.RELEASE_UNDONE, release, by=by, reason=reason, back=len(back), left=len(left),
    )  # fmt: skip
    db.session.flush()
    return steps


def _refuse_unseen(steps: list[Step]) -> None:
    missing = [uuid.UUID(step.row["page"]) for step in steps if step.page is None]
    if not missing:
        return
    query = select(Page.id).where(Page.id.in_(missing), Page.purged_at.is_(None))
    with tenant_at_large():
        hidden = len(db.session.scalars(query.execution_options(**WITH_TRASH)).all())
    if hidden:
        raise Problem(
            f"{hidden} of its pages belong to accounts out of your reach. Somebody who may publish "
            "all of them has to undo it."
        )


def _step(row: dict[str, Any], page: Page | None, revisions: dict[uuid.UUID, Revision]) -> Step:
    def number(revision_id: Any) -> int | None:
        found = revisions.get(uuid.UUID(str(revision_id))) if revision_id else None
        return found.number if found else None

    live = page.live_revision_id if page else None
    return Step(
        row,
        page,
        number(live),
        number(row["live"]),
        _conflict(row, page, number(live)),
        row["live"] == row["now_live"],
    )


def _conflict(row: dict[str, Any], page: Page | None, number: int | None) -> str:
    if page is None:
        return "It is gone."
    if page.trashed_at is not None:
        return "It is in the trash."
    if str(page.live_revision_id or "") != (row["now_live"] or ""):
        return (
            f"Revision {number} was published since." if number else "It was taken offline since."
        )
    if page.address != row["now_address"]:
        return f"It stands at {page.address} by now."
    return ""


def _put_back(release: Release, back: list[Step], by: Actor) -> None:
    pages = {step.page.id: (step.page, step.row) for step in back if step.page}
    moving = [page for page, row in pages.values() if page.address != row["address"]]
    staying = [page for page, row in pages.values() if page.address == row["address"]]
    along = live_below(page for page in moving if pages[page.id][1]["address"])
    parking, reason = Parking(), f"The release “{release.name}” was undone."
    parking.park([*moving, *(page for page in along if page not in staying)])
    for page, row in pages.values():
        if row["live"] is None:
            _take_away(page, row, parking, by, reason)
    for page, row in pages.values():
        if row["live"] is not None:
            _bring_back(page, row, parking, by, reason)
    for page in list(parking.waiting.values()):
        live = revision_by_id(page.live_revision_id, page)
        if live is not None:
            address = address_of(page, live.slug, live.parent_id)
            parking.settle(page, address, by=by, reason=reason)
    db.session.flush()
    _lead_as_before(release, parking, set(pages))


def _take_away(page: Page, row: dict[str, Any], parking: Parking, by: Actor, reason: str) -> None:
    """Have the page be as if it had not been live, without leaving anything at its address."""
    old = parking.left(page)
    before = revision_by_id(page.live_revision_id, page)
    page.address, page.live_revision_id = None, None
    _restore_marks(page, row)
    note_live(page, None, before)
    db.session.execute(delete(PageTerm).where(PageTerm.page_id == page.id))
    note_uses(page, "live", set())
    record(
        Event.PAGE_UNPUBLISHED, page, by=by, reason=reason, address=old,
        changes={"address": [old, None]},
    )  # fmt: skip
    db.session.flush()


def _bring_back(page: Page, row: dict[str, Any], parking: Parking, by: Actor, reason: str) -> None:
    """Have readers see what they saw before, where they saw it."""
    old, address = parking.left(page) or page.address, row["address"]
    before = revision_by_id(page.live_revision_id, page)
    revision = revision_by_id(uuid.UUID(row["live"]), page)
    if revision is None:
        raise Problem(f"The text that “{page.title}” had before is gone.")
    page.address = old if old == address else None
    db.session.flush()
    go_live(page, revision, before, at=address)
    _restore_marks(page, row)
    record(
        Event.PAGE_PUBLISHED, page, by=by, reason=reason, revision=revision.number,
        address=page.address, changes={
            "live revision": [before.number if before else None, revision.number],
            "address": [old, page.address]},
    )  # fmt: skip
    db.session.flush()


def _restore_marks(page: Page, row: dict[str, Any]) -> None:
    page.parent_id = uuid.UUID(row["parent"]) if row["parent"] else None
    page.published_at = _moment(row["published_at"])
    page.unpublished_at = _moment(row["unpublished_at"])


def _lead_as_before(release: Release, parking: Parking, undone: set[uuid.UUID]) -> None:
    """Let every address lead where it led before, unless a page stands there."""
    parking.lead()
    db.session.flush()
    led = {(uuid.UUID(row["account"]), row["address"]): row["page"] for row in release.trace["led"]}
    taken = set(standing_at(led))
    for (account_id, address), page_id in led.items():
        leads = redirects_at(account_id, [address]).get(address)
        stays = leads is not None and leads.page_id not in undone
        if (account_id, address) in taken or (page_id is None and not stays):
            forget_redirects(account_id, [address])
        elif page_id is not None and not stays:
            point(release.tenant_id, account_id, address, uuid.UUID(page_id))
    db.session.flush()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
