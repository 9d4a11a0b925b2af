"""What stands in the way of a release, item by item, with what to do about it.

The answer is that of the real thing: the release is carried out in a savepoint, looked at, and
rolled back.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from portal.content.approvals import NotApproved
from portal.content.freezing import Frozen, frozen_at_instant, trying_out
from portal.content.moments import moment_at
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision, digest_now, revision_by_id
from portal.content.problems import AddressTaken, Problem
from portal.content.readiness import NotReady
from portal.content.release_warnings import Look, warn
from portal.content.releases import Release, ReleaseItem, items_of
from portal.content.together import Outcome, Piece, put_together
from portal.content.zone_rules import meant_now
from tenants.accounts import Account, AccountRef, ref
from tenants.audit import excuse
from tenants.clock import database_now, now
from tenants.db import db
from tenants.decisions import Actor, Denied, can
from tenants.permissions import Permission
from tenants.scope import tenant_at_large

_TODO: tuple[tuple[type[Exception], str], ...] = (
    (NotApproved, "Have it approved in review, or take it out."),
    (NotReady, "Open the page, fill in what is missing, and take the new revision."),
    (AddressTaken, "Give one of them another address, or add the other page to this release."),
    (Denied, "Ask for the right, or have somebody schedule the release who has it."),
    (Frozen, "Have the whole release go afterwards, or have the freeze lifted."),
)
MEND = "Open the page and mend it, then take the new revision; or take it out."


class NotTogether(Problem):
    """A release cannot be carried out as it is; nothing was changed. `look` says what is wrong."""

    def __init__(self, look: Look, size: int) -> None:
        super().__init__(in_the_way(look, size))
        self.look = look


class _TriedOut(Exception):
    """Rolls the savepoint back."""


def in_the_way(look: Look, size: int) -> str:
    """Return why it was not carried out, in one sentence without titles."""
    pages = any(f["tone"] == "bad" for found in look.items.values() for f in found)
    return how_much(look, size) + (" Nothing was changed." if pages else "")


def how_much(look: Look, size: int) -> str:
    """Return in one sentence, without titles, how much stands in the way."""
    items = sum(any(f["tone"] == "bad" for f in found) for found in look.items.values())
    if not items:
        return " ".join(f["sentence"] for f in look.whole if f["tone"] == "bad")
    of = f"{items} of {size} pages cannot go as {'it is' if items == 1 else 'they are'}"
    return f"{'The only page cannot go as it is' if size == 1 else of}."


def look_over(
    release: Release, approver: Actor | None, *, by: Actor, reason: str = "",
    at: datetime | None = None,
) -> Look:  # fmt: skip
    """Try the release out as if `approver` had asked for it, keep what was found, change nothing.

    `by` is who acts in the trial. What counts of freezes is the moment it is to go: `at` (UTC),
    else when it is due, else now. Then they stand in nobody's way, and are told.
    """
    items = items_of(release)
    look, pieces = prepare(release, items, approver)
    _tell_freeze(look, release, items, at)
    _tell_rules(look, release)
    try:
        with trying_out(), db.session.begin_nested():
            outcome = put_together(list(pieces.values()), by=by, reason=reason)
            note(look, items, outcome)
            warn(look, items, pieces)
            raise _TriedOut
    except _TriedOut:
        pass
    keep(release, items, look)
    return look


def _tell_freeze(
    look: Look, release: Release, items: Sequence[ReleaseItem], at: datetime | None
) -> None:
    due = at or (release.due_at if release.state == "pending" else None)
    ids = {release.account_id, *(item.account_id for item in items)}
    freezes = frozen_at_instant(ids, due or database_now(db.session()))
    if freezes:
        last = max(freezes.values(), key=lambda freeze: freeze.until)
        verb = "It is due then and will be held." if due else "It cannot be published now."
        look.say(None, "warn", f"{last.sentence} {verb}", "Choose a time after it.")


def _tell_rules(look: Look, release: Release) -> None:
    """Say so when the wall time that was asked for is another instant by today's rules."""
    if release.state != "pending" or release.due_at is None:
        return
    meant = meant_now(release.wall_time, release.zone, release.due_at)
    if meant is not None:
        due, asked = (moment_at(each, release.zone).sentence for each in (release.due_at, meant))
        look.say(
            None, "warn",
            f"The rules of its time zone changed: it is due on {due}; the time that was asked for "
            f"is {asked} now.", "Give it the time that is meant.",
        )  # fmt: skip


def keep(release: Release, items: Sequence[ReleaseItem], look: Look) -> None:
    """Write down what was found."""
    for item in items:
        item.problems = look.items.get(item.id, [])
    release.problems, release.checked_at = look.whole, now()
    excuse(release, "A look changes nothing; what follows from it is recorded.")


def note(look: Look, items: Iterable[ReleaseItem], outcome: Outcome) -> None:
    """Add what stood in the way of carrying it out."""
    of_pages = {item.page_id: item for item in items}
    for page_id, problem in outcome.problems.items():
        item = of_pages.get(page_id)
        todo = next((todo for kind, todo in _TODO if isinstance(problem, kind)), MEND)
        prefix = "" if item else "A page below one of these cannot move along. "
        look.say(item, "bad", f"{prefix}{problem}", todo)


def prepare(
    release: Release, items: Sequence[ReleaseItem], approver: Actor | None
) -> tuple[Look, dict[uuid.UUID, Piece]]:
    """Return what is wrong before anything is tried, and the pieces, by item, that can be tried.

    Asks again: is every item in sight, is the page there, may the approver publish it, is it the
    text that was added, is nothing newer live.
    """
    look = Look()
    if not items:
        look.say(None, "bad", "There is no page in this release yet.", "Add one.")
    hidden = _size_at_large(release) - len(items)
    if hidden:
        look.say(
            None, "bad", f"{hidden} further of its pages belong to accounts out of your reach.",
            "Somebody who may publish all of them has to do this.",
        )  # fmt: skip
    if approver is None:
        who = release.approver_label or "Whoever asked for it"
        look.say(None, "bad", f"{who} cannot sign in any more.", "Schedule it anew, as yourself.")
    pages, accounts = _beside(items)
    pieces = {}
    for item in items:
        piece = _piece(look, item, pages.get(item.page_id), accounts, approver)
        if piece is not None:
            pieces[item.id] = piece
    return look, pieces


def _size_at_large(release: Release) -> int:
    query = select(func.count(ReleaseItem.id)).where(ReleaseItem.release_id == release.id)
    with tenant_at_large():
        return db.session.scalar(query) or 0


def _beside(
    items: Sequence[ReleaseItem],
) -> tuple[dict[uuid.UUID, Page], dict[uuid.UUID, AccountRef]]:
    page_ids = [item.page_id for item in items]
    query = select(Page).where(Page.id.in_(page_ids)).execution_options(**WITH_TRASH)
    pages = {page.id: page for page in db.session.scalars(query)}
    revisions = [item.revision_id for item in items if item.revision_id]
    revisions += [page.live_revision_id for page in pages.values() if page.live_revision_id]
    # They are in hand from here on, so that none is asked for by itself.
    db.session.scalars(select(Revision).where(Revision.id.in_(revisions))).all()
    return pages, {account.id: account for account in accounts_of(items)}


def accounts_of(items: Sequence[ReleaseItem]) -> list[AccountRef]:
    """Return the accounts that the items belong to. One statement."""
    query = select(Account).where(Account.id.in_({item.account_id for item in items}))
    return [ref(row) for row in db.session.scalars(query.order_by(Account.id))]


def _piece(
    look: Look, item: ReleaseItem, page: Page | None, accounts: dict[uuid.UUID, AccountRef],
    approver: Actor | None,
) -> Piece | None:  # fmt: skip
    account = accounts.get(item.account_id)
    if page is None or account is None or page.trashed_at is not None:
        look.say(item, "bad", "The page is in the trash.", "Restore it, or take it out.")
        return None
    decision = can(approver, Permission.PAGE_PUBLISH, account) if approver else None
    if decision is not None and not decision.allowed:
        todo = next(todo for kind, todo in _TODO if kind is Denied)
        look.say(item, "bad", decision.sentence, todo)
        return None
    if item.what == "unpublish":
        if page.live_revision_id is None:
            look.say(item, "warn", "It is offline already.", "It may stay in, or be taken out.")
        return Piece(page, account, None)
    revision = revision_by_id(item.revision_id, page)
    problem = _other_text(item, page, revision)
    if problem or revision is None:
        look.say(item, "bad", problem, "Take the newest revision, or take the page out.")
        return None
    if page.live_revision_id == revision.id:
        look.say(item, "warn", "This revision is live already.", "It may stay in, or be taken out.")
    return Piece(page, account, revision)


def _other_text(item: ReleaseItem, page: Page, revision: Revision | None) -> str:
    if revision is None or digest_now(revision) != item.revision_digest:
        return "The text is no longer the one that was added."
    live = revision_by_id(page.live_revision_id, page)
    if live is not None and live.number > revision.number:
        return f"Revision {live.number} is live already, and newer than revision {revision.number}."
    return ""
