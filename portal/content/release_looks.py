"""What stands in the way of a release, item by item, with what to do about it.

The answer is that of the real thing: the release is carried out in a savepoint, looked at, and
rolled back.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portal.content.approvals import NotApproved
from portal.content.drafting import digest_now
from portal.content.html_shown import own_pages
from portal.content.linking import targets_by_id
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.problems import AddressTaken, Problem
from portal.content.readiness import NotReady
from portal.content.releases import OPEN, Release, ReleaseItem, items_of
from portal.content.schedules import Schedule
from portal.content.together import Outcome, Piece, put_together
from tenants.accounts import Account, AccountRef, ref
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied, can
from tenants.permissions import Permission
from tenants.scope import tenant_at_large

Finding = dict[str, str]
_TODO: tuple[tuple[type[Exception], str], ...] = (
    (NotApproved, "Have it approved in review, or take it out."),
    (NotReady, "Open the page, fill in what is missing, and take the new revision."),
    (AddressTaken, "Give one of them another address, or add the other page to this release."),
    (Denied, "Ask for the right, or have somebody schedule the release who has it."),
)
MEND = "Open the page and mend it, then take the new revision; or take it out."


@dataclass
class Look:
    """What was found: by item, and of the release as a whole. `bad` stands in the way."""

    items: dict[uuid.UUID, list[Finding]] = field(default_factory=dict)
    whole: list[Finding] = field(default_factory=list)

    def say(self, item: ReleaseItem | None, tone: str, sentence: str, todo: str = "") -> None:
        """Add what was found of an item, or of the release."""
        told = self.whole if item is None else self.items.setdefault(item.id, [])
        told.append({"tone": tone, "sentence": sentence, "todo": todo})

    @property
    def bad(self) -> int:
        """Return how many items, and things beside them, stand in the way."""
        items = sum(any(f["tone"] == "bad" for f in found) for found in self.items.values())
        return items + sum(f["tone"] == "bad" for f in self.whole)


class NotTogether(Problem):
    """A release cannot be carried out as it is; nothing was changed. `look` says what is wrong."""

    def __init__(self, look: Look, size: int) -> None:
        super().__init__(in_the_way(look, size))
        self.look = look


class _TriedOut(Exception):
    """Rolls the savepoint back."""


def in_the_way(look: Look, size: int) -> str:
    """Return in one sentence, without titles, how much stands in the way."""
    items = sum(any(f["tone"] == "bad" for f in found) for found in look.items.values())
    if not items:
        return " ".join(f["sentence"] for f in look.whole if f["tone"] == "bad")
    of = "The only page cannot go" if size == 1 else f"{items} of {size} pages cannot go"
    return f"{of} as it is; the release says why. Nothing was changed."


def look_over(release: Release, approver: Actor | None, *, by: Actor, reason: str = "") -> Look:
    """Try the release out as if `approver` had asked for it, keep what was found, change nothing.

    `by` is who acts in the trial.
    """
    items = items_of(release)
    look, pieces = prepare(release, items, approver)
    try:
        with db.session.begin_nested():
            outcome = put_together(list(pieces.values()), by=by, reason=reason)
            note(look, items, outcome)
            _warn(look, items, pieces)
            raise _TriedOut
    except _TriedOut:
        pass
    keep(release, items, look)
    return look


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
    found = select(Account).where(Account.id.in_({item.account_id for item in items}))
    return pages, {row.id: ref(row) for row in db.session.scalars(found)}


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


def _warn(look: Look, items: Sequence[ReleaseItem], pieces: dict[uuid.UUID, Piece]) -> None:
    """Say what would be odd once all of it is live. Asked in the middle of the trial."""
    by_id = {item.id: item for item in items}
    coming = {by_id[key]: piece for key, piece in pieces.items() if piece.revision is not None}
    _warn_of_links(look, coming)
    _warn_of_parents(look, coming)
    _warn_of_others(look, items)


def _warn_of_links(look: Look, coming: dict[ReleaseItem, Piece]) -> None:
    links = {item: own_pages(piece.revision.body) for item, piece in coming.items()
             if piece.revision}  # fmt: skip
    for account_id in sorted({item.account_id for item in coming}, key=str):
        here = {item: ids for item, ids in links.items() if item.account_id == account_id and ids}
        found = targets_by_id(account_id, set().union(*here.values()))
        for item, ids in here.items():
            for target in (found.get(page_id) for page_id in sorted(ids)):
                if target is None or not target.live:
                    named = f"“{target.title or '(untitled)'}”" if target else "a page"
                    why = "not live then" if target else "not there"
                    look.say(item, "warn", f"It links to {named}, which is {why}.",
                             "Readers see the words only. Add that page too, or change the link.")


def _warn_of_parents(look: Look, coming: dict[ReleaseItem, Piece]) -> None:
    above = {p.revision.parent_id for p in coming.values() if p.revision and p.revision.parent_id}
    query = select(Page.id, Page.title).where(Page.id.in_(above), Page.live_revision_id.is_(None))
    offline = dict(db.session.execute(query).all())
    for item, piece in coming.items():
        parent = piece.revision.parent_id if piece.revision else None
        if parent in offline:
            named = offline[parent] or "(untitled)"
            look.say(item, "warn", f"It stands below “{named}”, which is not live then.",
                     "Add that page too, if readers are to find it.")  # fmt: skip


def _warn_of_others(look: Look, items: Sequence[ReleaseItem]) -> None:
    ids = [item.page_id for item in items]
    waiting = select(Schedule.page_id).where(
        Schedule.page_id.in_(ids), Schedule.state == "pending"
    )
    alone: set[Any] = set(db.session.scalars(waiting))
    others = (
        select(ReleaseItem.page_id, Release.name)
        .join(Release, Release.id == ReleaseItem.release_id)
        .where(ReleaseItem.page_id.in_(ids), Release.state.in_(OPEN))
    )
    mine = {item.release_id for item in items}
    found = db.session.execute(others.where(Release.id.not_in(mine))).all()
    for item in items:
        if item.page_id in alone:
            look.say(item, "warn", "It has a schedule of its own as well.", "Whichever is due "
                     "first goes first.")  # fmt: skip
        for page_id, name in found:
            if page_id == item.page_id:
                look.say(item, "warn", f"It is in the release “{name}” as well.", "Take it out of "
                         "one of them, unless both are meant.")  # fmt: skip
