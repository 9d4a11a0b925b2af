"""Putting a revision live and taking a page offline."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Uuid, bindparam, delete, select

from portal.content.addresses import address_of, refuse_taken
from portal.content.approvals import approved_by, require_approvals
from portal.content.content_types import definition_of
from portal.content.fields import ids_in
from portal.content.freezing import refuse_frozen
from portal.content.holding import hold
from portal.content.live_words import note_live_words
from portal.content.media_problems import media_problems
from portal.content.media_uses import note_live
from portal.content.page_uses import note_uses
from portal.content.pages import Page, Revision, refuse_trashed, revision_by_id
from portal.content.problems import Problem
from portal.content.readiness import refuse_unready
from portal.content.sites import Redirect
from portal.content.terms import PageTerm, meant_by
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission
from tenants.prepared import by_key

Due = Mapping[str, list[Any]]
NOT_DUE: Due = MappingProxyType({})


def publish(
    page: Page, revision: Revision, account: AccountRef, *, by: Actor, reason: str = "",
    due: Due = NOT_DUE, stood_at: str | None = None,
) -> None:  # fmt: skip
    """Make `revision` what readers see, and record it, with the schedule that was `due` for it.

    Pages below move along when the address changes; old addresses lead here. `stood_at` is the
    address that the page let go of before, in the same transaction. Raises Denied, NotApproved,
    Frozen, NotReady when something is missing, and AddressTaken or Problem when the address cannot
    be had.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    refuse_frozen(account)
    _take_turn(page)
    if page.live_revision_id == revision.id:
        raise Problem(f"Revision {revision.number} is live already.")
    if problems := media_problems(revision):
        raise Problem(" ".join(problems))
    refuse_unready(page, revision)
    approvals = require_approvals(page, revision, account)
    before = revision_by_id(page.live_revision_id, page)
    old_address = page.address or stood_at
    go_live(page, revision, before)
    record(
        Event.PAGE_PUBLISHED, page, by=by, reason=reason, revision=revision.number,
        address=page.address,
        changes={
            "live revision": [before.number if before else None, revision.number],
            "address": [old_address, page.address],
            **approved_by(approvals),
            **due,
        },
    )  # fmt: skip
    if page.address != old_address:
        _move_descendants(page, by)


def go_live(page: Page, revision: Revision, before: Revision | None, at: str | None = None) -> None:
    """Write what being live means in place of `before`, without asking or recording.

    `at` is the address to stand at, where that is not what the revision says today.
    """
    if not revision.title and not revision.body:
        raise Problem("There is nothing to publish yet: the page has neither title nor text.")
    definition = definition_of(page.type, page.tenant_id)
    if definition.stands != "nowhere":
        address = at or address_of(page, revision.slug, revision.parent_id)
        if address != page.address:
            _take_address(page, address)
        page.parent_id = revision.parent_id
    if definition.fields:
        note_uses(page, "live", ids_in(definition.asked, revision.fields or {}))
    page.live_revision_id = revision.id
    page.published_at = page.published_at or now()
    page.unpublished_at = None
    if revision.id != page.draft_revision_id:
        note_live_words(page, revision)
    db.session.flush()
    _file_under_terms(page, revision)
    note_live(page, revision, before)


def unpublish(
    page: Page, account: AccountRef, *, by: Actor, reason: str = "", due: Due = NOT_DUE
) -> None:
    """Take the page offline; its address answers 410 until it is live again. Recorded.

    Raises Denied, Frozen, and Problem when it is not live.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    refuse_frozen(account)
    _take_turn(page)
    if page.live_revision_id is None:
        raise Problem("This page is not live, so there is nothing to take offline.")
    address, before = page.address, revision_by_id(page.live_revision_id, page)
    if address is not None:
        _lead_here(page, address, _redirects(page, [address]))
    page.address = None
    page.live_revision_id = None
    page.unpublished_at = now()
    note_live(page, None, before)
    db.session.execute(delete(PageTerm).where(PageTerm.page_id == page.id))
    note_uses(page, "live", set())
    record(
        Event.PAGE_UNPUBLISHED, page, by=by, reason=reason, address=address,
        changes={"address": [address, None], **due},
    )  # fmt: skip


def _take_turn(page: Page) -> None:
    """Wait for others who publish this page, then see it as they left it."""
    hold(page)
    refuse_trashed(page)


def _take_address(page: Page, address: str) -> None:
    """Have the page stand at an address, and its old one lead there."""
    refuse_taken(page, address)
    old = page.address
    leading = _redirects(page, [address, *filter(None, [old])])
    if address in leading:
        db.session.delete(leading[address])
        db.session.flush()
    _lead_here(page, old, leading)
    page.address = address


def _redirects(page: Page, addresses: list[str]) -> dict[str, Redirect]:
    query = select(Redirect).where(
        Redirect.account_id == page.account_id, Redirect.address.in_(addresses)
    )
    return {row.address: row for row in db.session.scalars(by_key(query))}


def _lead_here(page: Page, address: str | None, leading: dict[str, Redirect]) -> None:
    if address is None:
        return
    if address in leading:
        leading[address].page_id = page.id
        return
    db.session.add(
        Redirect(
            tenant_id=page.tenant_id, account_id=page.account_id, address=address, page_id=page.id
        )
    )


_UNDER = by_key(
    select(PageTerm.term_id).where(PageTerm.page_id == bindparam("of_page", type_=Uuid()))
)


def _file_under_terms(page: Page, revision: Revision) -> None:
    """Have the page stand under the revision's terms. One statement when it does already."""
    known = set(db.session.scalars(_UNDER, {"of_page": page.id}))
    wanted = {uuid.UUID(term_id) for term_id in revision.term_ids}
    if wanted != known and wanted:
        wanted = {term.id for term in meant_by(page.account_id, wanted)}
    if known - wanted:
        gone = PageTerm.page_id == page.id, PageTerm.term_id.in_(known - wanted)
        db.session.execute(delete(PageTerm).where(*gone))
    for term_id in sorted(wanted - known):
        db.session.add(
            PageTerm(
                tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
                term_id=term_id,
            )
        )  # fmt: skip


def _move_descendants(page: Page, by: Actor) -> None:
    waiting = [page]
    while waiting:
        parent = waiting.pop()
        below = select(Page).where(Page.parent_id == parent.id, Page.address.is_not(None))
        for child in db.session.scalars(by_key(below)).all():
            live = revision_by_id(child.live_revision_id, child)
            address = address_of(child, live.slug, live.parent_id) if live else None
            if address is None or address == child.address:
                continue
            old = child.address
            _take_address(child, address)
            db.session.flush()
            record(
                Event.PAGE_PUBLISHED, child, by=by, reason="Its parent's address changed.",
                revision=live.number if live else None, address=address,
                changes={"address": [old, address]},
            )  # fmt: skip
            waiting.append(child)
