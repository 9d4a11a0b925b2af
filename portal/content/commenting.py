"""Saying something about a draft, answering, settling it and taking it up again."""

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, case, or_, select, tuple_

from portal.content.comments import MOST_SHOWN, Comment, comment_by_id
from portal.content.holding import hold
from portal.content.notifications import notify
from portal.content.pages import Page, refuse_trashed
from portal.content.paging import PER_PAGE, Slice
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.colleagues import Colleague, who_may
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

TEXT_LENGTH = 5_000
QUOTE_LENGTH = 300


@dataclass(frozen=True)
class Thread:
    """What was said first, and the answers in order."""

    first: Comment
    replies: tuple[Comment, ...]

    @property
    def settled(self) -> bool:
        """Tell whether somebody settled it."""
        return self.first.resolved_at is not None


def threads_in(comments: Collection[Comment]) -> list[Thread]:
    """Return the threads of a page's comments: open ones first, the latest begun first."""
    answers: dict[uuid.UUID | None, list[Comment]] = {}
    for each in comments:
        answers.setdefault(each.thread_id, []).append(each)
    found = [Thread(first, tuple(answers.get(first.id, ()))) for first in answers.get(None, ())]
    found.sort(key=lambda thread: thread.first.created_at, reverse=True)
    return sorted(found, key=lambda thread: thread.settled)


def threads_on(page: Page, about: uuid.UUID | None = None) -> tuple[Slice, bool]:
    """Return a page of the threads of a page as `threads_in` orders them, and if it is the first.

    With `about`, a comment, it begins with that one's thread where the first does not hold it.
    `older` is the id of the comment that the next one begins with. Three statements, two more with
    `about`.
    """
    first, begun = _begun(page, None), None
    if about is not None and about not in {each.id for each in first[:PER_PAGE]}:
        begun = _root(page, about)
    if begun is not None and begun.id not in {each.id for each in first[:PER_PAGE]}:
        found = _begun(page, begun)
    else:
        found, begun = first, None
    ids = [each.id for each in found[:PER_PAGE]]
    answers = select(Comment).where(Comment.page_id == page.id, Comment.thread_id.in_(ids))
    answers = answers.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(MOST_SHOWN)
    threads = threads_in([*found[:PER_PAGE], *list(db.session.scalars(answers))[::-1]])
    older = str(found[PER_PAGE].id) if len(found) > PER_PAGE else None
    return Slice(threads, older), begun is None


def _begun(page: Page, start: Comment | None) -> list[Comment]:
    """Return PER_PAGE first comments of threads and one more, open ones first, from one on."""
    settled = case((Comment.resolved_at.is_(None), 0), else_=1)
    query = select(Comment).where(Comment.page_id == page.id, Comment.thread_id.is_(None))
    if start is not None:
        flag = int(start.resolved_at is not None)
        at = tuple_(Comment.created_at, Comment.id) <= tuple_(start.created_at, start.id)
        query = query.where(or_(settled > flag, and_(settled == flag, at)))
    query = query.order_by(settled, Comment.created_at.desc(), Comment.id.desc())
    return list(db.session.scalars(query.limit(PER_PAGE + 1)))


def _root(page: Page, about: uuid.UUID) -> Comment | None:
    row = comment_by_id(about, page)
    return comment_by_id(row.thread_id, page) if row is not None and row.thread_id else row


def readers_of(account: AccountRef) -> list[Colleague]:
    """Return who may read drafts at an account, and so can be mentioned there. One statement."""
    return who_may(Permission.PAGE_VIEW, account)


def comment(
    page: Page, account: AccountRef, text: str, *, by: Actor, field: str = "", quote: str = "",
    thread: Comment | None = None, mention: Collection[uuid.UUID] = (), revision: int = 0,
) -> Comment:  # fmt: skip
    """Say something about a page, or answer in a thread. Recorded, without the words.

    Whoever is mentioned is told, and who said something in the thread. A name written as `@Name`
    mentions too. An answer takes a settled thread up again. Raises Denied and Problem.
    """
    authorize(by, Permission.PAGE_VIEW, account)
    _refuse_bad(text)
    hold(page)
    refuse_trashed(page)
    people = readers_of(account)
    mentioned = _mentioned(text, mention, people)
    root = thread
    if root is not None:
        db.session.refresh(root)
    if root is not None and root.thread_id is not None:
        raise Problem("Answer the first comment of the thread.")
    row = Comment(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
        page_title=page.title, thread_id=root.id if root else None,
        field=(root.field if root else field)[:64], quote="" if root else quote[:QUOTE_LENGTH],
        text=text.strip(), mentioned=sorted(map(str, mentioned)), revision_number=revision,
        author_id=by.person_id, author_name=by.name or by.label,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(Event.COMMENT_ADDED, row, by=by, changes={}, about=row.field or "the whole page")
    if root is not None and root.resolved_at is not None:
        _take_up(root, by)
    _tell(row, root, page, mentioned, people, by)
    return row


def resolve(row: Comment, page: Page, account: AccountRef, *, by: Actor) -> None:
    """Settle a thread. Whoever may read the draft may. Recorded. Raises Denied and Problem."""
    authorize(by, Permission.PAGE_VIEW, account)
    _hold(row, page)
    if row.resolved_at is not None:
        raise Problem(f"{row.resolved_by_name} settled this already.")
    row.resolved_at, row.resolved_by_name = now(), by.name or by.label
    record(Event.COMMENT_RESOLVED, row, by=by)


def reopen(row: Comment, page: Page, account: AccountRef, *, by: Actor) -> None:
    """Take a settled thread up again. Recorded. Raises Denied and Problem."""
    authorize(by, Permission.PAGE_VIEW, account)
    _hold(row, page)
    if row.resolved_at is None:
        raise Problem("This is not settled, so it need not be taken up again.")
    _take_up(row, by)


def _take_up(row: Comment, by: Actor) -> None:
    row.resolved_at, row.resolved_by_name = None, ""
    record(Event.COMMENT_REOPENED, row, by=by)


def _refuse_bad(text: str) -> None:
    if not text.strip():
        raise Problem("Write something first.")
    if len(text) > TEXT_LENGTH:
        raise Problem(f"The comment has {len(text):,} characters; {TEXT_LENGTH:,} fit.")


def _hold(row: Comment, page: Page) -> None:
    """Wait for others who hold the page, then see the thread as they left it."""
    hold(page)
    refuse_trashed(page)
    db.session.refresh(row)
    if row.thread_id is not None:
        raise Problem("A thread is settled as a whole, by its first comment.")


def _mentioned(
    text: str, chosen: Collection[uuid.UUID], people: Collection[Colleague]
) -> set[uuid.UUID]:
    """Return who is meant: those chosen, and those named after an @, as far as they may read it."""
    known = {each.person_id for each in people}
    strangers = set(chosen) - known
    if strangers:
        raise Problem("Somebody you chose may not read this page, so he cannot be told of it.")
    plain = text.casefold()
    named = {
        each.person_id
        for each in people
        if re.search(rf"@{re.escape(each.name.casefold())}(?!\w)", plain)
    }
    return set(chosen) | named


def _tell(
    row: Comment, root: Comment | None, page: Page, mentioned: set[uuid.UUID],
    people: Collection[Colleague], by: Actor,
) -> None:  # fmt: skip
    who, about = by.name or by.label, f"“{row.label}”"
    notify(page, "mention", f"{who} mentioned you in a comment on {about}.", mentioned, by=by,
           comment_id=row.id)  # fmt: skip
    if root is None:
        return
    query = select(Comment.author_id).where(
        Comment.page_id == root.page_id, Comment.thread_id == root.id
    )
    took_part = {root.author_id, *db.session.scalars(query)}
    others = (took_part & {each.person_id for each in people}) - mentioned
    notify(page, "reply", f"{who} answered a comment on {about}.", others, by=by,
           comment_id=row.id)  # fmt: skip
