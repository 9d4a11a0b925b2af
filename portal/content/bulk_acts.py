"""What can be done to many pages at once, and how each is undone.

An act is the same action as for one page, with the same right asked for and the same event. Another
one is one more entry of ACTS.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from portal.content.drafting import Text, save_draft, text_of
from portal.content.media_folders import MediaFolder
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from portal.content.reviewing import submit, withdraw
from portal.content.reviews import review_by_id
from portal.content.trash import DAYS, put_in_trash, restore, trashed_by_id
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.permissions import Permission as P

UNDONE = "Taken back, together with others."
CHANGED_SINCE = "It was changed since, so it stays as it is."


@dataclass(frozen=True)
class Wanted:
    """What is asked beside the pages: terms to add, a parent to stand below, why.

    Of files: the folder they come into, and whether they go although they are used.
    """

    term_ids: tuple[str, ...] = ()
    parent_id: uuid.UUID | None = None
    reason: str = ""
    folder: MediaFolder | None = None
    force: bool = False


@dataclass(frozen=True)
class Done:
    """What was done to one page, in a sentence, and what undoing it needs to know (JSON)."""

    sentence: str
    before: dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One thing to do to many: `do` raises Denied, Problem and QuotaReached, and so does `undo`."""

    name: str
    verb: str
    icon: str
    permissions: tuple[P, ...]
    do: Callable[[Page, AccountRef, Wanted, Actor], Done]
    undo: Callable[[Page, AccountRef, dict[str, Any], Actor], str]
    intro: str
    in_trash: bool = False

    def find(self, thing_id: uuid.UUID, account: AccountRef, _by: Actor) -> Page | None:
        """Return a page as this act left it, if it is still there."""
        return (trashed_by_id if self.in_trash else page_by_id)(thing_id, account.id)


def _save(
    page: Page, account: AccountRef, wanted: Wanted, by: Actor, change: Callable[[Text], Text]
) -> Done:
    draft = revision_by_id(page.draft_revision_id, page)
    if draft is None:
        raise Problem("There is nothing saved of it yet.")
    saved = save_draft(
        page, change(text_of(draft)), account, by=by, based_on=draft.id, reason=wanted.reason
    )
    if not saved.changed:
        raise Problem("It is like this already.")
    then = " Readers see it once it is published." if page.live_revision_id else ""
    before = {"made": str(saved.revision.id), "was": str(draft.id)}
    return Done(f"Saved as revision {saved.revision.number}.{then}", before)


def _unsave(page: Page, account: AccountRef, before: dict[str, Any], by: Actor) -> str:
    was = revision_by_id(uuid.UUID(before["was"]), page)
    if str(page.draft_revision_id) != before["made"] or was is None:
        raise Problem(CHANGED_SINCE)
    saved = save_draft(
        page, text_of(was), account, by=by, based_on=page.draft_revision_id, reason=UNDONE
    )
    return f"Saved as revision {saved.revision.number}, which says what it said before."


def _tag(page: Page, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    def tagged(text: Text) -> Text:
        return replace(text, term_ids=tuple({*text.term_ids, *wanted.term_ids}))

    return _save(page, account, wanted, by, tagged)


def _move(page: Page, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    return _save(page, account, wanted, by, lambda text: replace(text, parent_id=wanted.parent_id))


def _publish(page: Page, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    draft = revision_by_id(page.draft_revision_id, page)
    if draft is None:
        raise Problem("There is nothing saved of it yet.")
    was = str(page.live_revision_id or "")
    publish(page, draft, account, by=by, reason=wanted.reason)
    return Done(f"Live at {page.address}.", {"made": str(draft.id), "was": was})


def _unpublish_again(page: Page, account: AccountRef, before: dict[str, Any], by: Actor) -> str:
    if str(page.live_revision_id) != before["made"]:
        raise Problem(CHANGED_SINCE)
    if not before["was"]:
        unpublish(page, account, by=by, reason=UNDONE)
        return "Offline again."
    return _publish_again(page, account, before, by)


def _publish_again(page: Page, account: AccountRef, before: dict[str, Any], by: Actor) -> str:
    was = revision_by_id(uuid.UUID(before["was"]), page)
    if was is None:
        raise Problem(CHANGED_SINCE)
    publish(page, was, account, by=by, reason=UNDONE)
    return f"Revision {was.number} is live at {page.address} again."


def _unpublish(page: Page, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    was = str(page.live_revision_id)
    unpublish(page, account, by=by, reason=wanted.reason)
    return Done("Offline.", {"was": was})


def _live_again(page: Page, account: AccountRef, before: dict[str, Any], by: Actor) -> str:
    if page.live_revision_id is not None:
        raise Problem(CHANGED_SINCE)
    return _publish_again(page, account, before, by)


def _submit(page: Page, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    draft = revision_by_id(page.draft_revision_id, page)
    if draft is None:
        raise Problem("There is nothing saved of it yet.")
    row = submit(page, draft, account, by=by, note=wanted.reason)
    db.session.flush()
    return Done(f"Handed in for “{row.step}”.", {"review": str(row.id)})


def _withdraw(page: Page, account: AccountRef, before: dict[str, Any], by: Actor) -> str:
    row = review_by_id(uuid.UUID(before["review"]), account.id)
    if row is None or row.page_id != page.id or row.state != "waiting":
        raise Problem("Somebody decided on it or edited it since, so it stays as it is.")
    withdraw(row, page, account, by=by)
    return "Taken back from review."


def _trash(page: Page, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    was = str(page.live_revision_id or "")
    put_in_trash(page, account, by=by, reason=wanted.reason)
    return Done(f"In the trash for {DAYS} days.", {"was": was})


def _take_out(page: Page, account: AccountRef, before: dict[str, Any], by: Actor) -> str:
    restore(page, account, by=by, reason=UNDONE)
    if before["was"]:
        return "Out of the trash. " + _publish_again(page, account, before, by)
    return "Out of the trash, as a draft. What was scheduled for it stays cancelled."


EDITING = (P.PAGE_EDIT, P.PAGE_EDIT_OWN)
ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("tag", "Add tags", "tag", EDITING, _tag, _unsave,
            "Each gets a new draft with these tags besides its own."),
        Act("move", "Move below another page", "folder-tree", EDITING, _move, _unsave,
            "Each gets a new draft that stands there. Its address follows once it is published, "
            "and the old one leads there."),
        Act("submit", "Hand in for review", "inbox", EDITING, _submit, _withdraw,
            "The draft of each is handed in, and whoever can act in its next step is told. The "
            "reason goes along as a note."),
        Act("publish", "Publish", "rocket", (P.PAGE_PUBLISH,), _publish, _unpublish_again,
            "The draft of each goes live at once."),
        Act("unpublish", "Take offline", "eye-off", (P.PAGE_PUBLISH,), _unpublish, _live_again,
            "Readers get “gone” at each address from this moment."),
        Act("trash", "Put into the trash", "trash-2", EDITING, _trash, _take_out,
            f"Each can be restored for {DAYS} days. What is live goes offline, what is scheduled "
            "is cancelled.", in_trash=True),
    )
}  # fmt: skip
