"""Putting several pages live and offline together: parents before children, places exchanged.

Works in the transaction it is called in and keeps nothing back: where something stands in the way
the caller rolls back. What it changed is told in a `Trace`, from which all of it can be put back.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from portal.content.addresses import address_of
from portal.content.content_types import definition_of
from portal.content.holding import hold
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.parking import Parking, live_below, parents_first
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied

MOVED_ALONG = "Its parent's address changed."


@dataclass(frozen=True)
class Piece:
    """A page of a release, and the revision that goes live; None: it goes offline."""

    page: Page
    account: AccountRef
    revision: Revision | None


@dataclass
class Outcome:
    """What stands in the way, by page, and where all stood before and stands now (JSON)."""

    problems: dict[uuid.UUID, Problem | Denied] = field(default_factory=dict)
    trace: dict[str, Any] = field(default_factory=dict)
    live: int = 0
    offline: int = 0


def put_together(pieces: Sequence[Piece], *, by: Actor, reason: str) -> Outcome:
    """Put every piece live or offline, each authorized and recorded like one by itself.

    All are tried, so that all that stands in the way is known; then the caller must roll back.
    """
    outcome, parking = Outcome(), Parking()
    for piece in sorted(pieces, key=lambda piece: piece.page.id):
        hold(piece.page)
    coming = [(piece.page, piece.revision) for piece in pieces if piece.revision]
    movers = [page for page, revision in coming if _may_move(page, revision)]
    along = live_below(movers)
    before = {page.id: standing(page) for page in [*(p.page for p in pieces), *along]}
    for account_id in {piece.page.account_id for piece in pieces}:
        rows = before.values()
        here = [row for row in rows if row["account"] == str(account_id) and row["address"]]
        parking.remember(account_id, [row["address"] for row in here])
    _go(pieces, outcome, by, reason)
    parking.park([*movers, *along])
    accounts = {piece.page.id: piece.account for piece in pieces}
    for page, revision in parents_first(coming):
        act = partial(_come, page, revision, accounts[page.id], parking, by, reason)
        outcome.live += _attempt(page, act, outcome)
    if not outcome.problems:
        _move_along(parking, outcome, by)
    if not outcome.problems:
        parking.lead()
        db.session.flush()
        outcome.trace = _trace([*(p.page for p in pieces), *along], before, parking)
    return outcome


def standing(page: Page) -> dict[str, Any]:
    """Return what readers see of a page and where, as JSON."""
    return {
        "page": str(page.id), "account": str(page.account_id), "title": page.title,
        "live": _text(page.live_revision_id), "address": page.address,
        "parent": _text(page.parent_id), "published_at": _moment(page.published_at),
        "unpublished_at": _moment(page.unpublished_at),
    }  # fmt: skip


def _may_move(page: Page, revision: Revision) -> bool:
    if definition_of(page.type, page.tenant_id).stands == "nowhere":
        return False
    if page.live_revision_id is None:
        return True
    try:
        return address_of(page, revision.slug, revision.parent_id) != page.address
    except Problem:
        return False


def _go(pieces: Sequence[Piece], outcome: Outcome, by: Actor, reason: str) -> None:
    for piece in pieces:
        if piece.revision is None and piece.page.live_revision_id is not None:
            act = partial(unpublish, piece.page, piece.account, by=by, reason=reason)
            outcome.offline += _attempt(piece.page, act, outcome)


def _come(
    page: Page, revision: Revision, account: AccountRef, parking: Parking, by: Actor, reason: str
) -> None:
    if page.live_revision_id == revision.id:
        return  # Whatever above it moves takes it along.
    if definition_of(page.type, page.tenant_id).stands != "nowhere":
        address = address_of(page, revision.slug, revision.parent_id)
        parking.remember(page.account_id, [address])
    old = parking.left(page)
    publish(page, revision, account, by=by, reason=reason, stood_at=old)


def _move_along(parking: Parking, outcome: Outcome, by: Actor) -> None:
    for page in list(parking.waiting.values()):
        live = revision_by_id(page.live_revision_id, page)
        if live is not None:
            _attempt(page, partial(_follow, page, live, parking, by), outcome)


def _follow(page: Page, live: Revision, parking: Parking, by: Actor) -> None:
    address = address_of(page, live.slug, live.parent_id)
    parking.settle(page, address, by=by, reason=MOVED_ALONG)


def _attempt(page: Page, act: Callable[[], None], outcome: Outcome) -> bool:
    try:
        with db.session.begin_nested():
            act()
            db.session.flush()
    except (Problem, Denied) as problem:
        outcome.problems[page.id] = problem
        return False
    return True


def _trace(
    pages: Collection[Page], before: dict[uuid.UUID, dict[str, Any]], parking: Parking
) -> dict[str, Any]:
    """Return what undoing needs: of each page that changed both states, and what led where."""
    rows = []
    for page in {page.id: page for page in pages}.values():
        was, now = before[page.id], standing(page)
        if was != now:
            rows.append(was | {"now_live": now["live"], "now_address": now["address"]})
    led = [
        {"account": str(account_id), "address": address, "page": _text(page_id)}
        for (account_id, address), page_id in sorted(parking.led.items(), key=str)
    ]
    return {"pages": rows, "led": led}


def _text(row_id: uuid.UUID | None) -> str | None:
    return str(row_id) if row_id else None


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
