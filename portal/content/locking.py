"""Having a page for oneself for a while, taking it over, being seen at it."""

import uuid
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from portal.content.drafting import authorize_edit
from portal.content.holding import hold
from portal.content.locks import (
    HERE_FOR,
    PageLock,
    PagePresence,
    others_at,
    refuse_others,
    stored_lock,
)
from portal.content.pages import Page
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event

WHILE_TYPING = timedelta(minutes=3)
"""How long the lock that comes with typing holds after the last sign of life."""
ON_REQUEST = timedelta(hours=1)
"""How long a lock holds that was asked for by its button."""


def hold_while_typing(page: Page, account: AccountRef, *, by: Actor) -> PageLock:
    """Have the page for oneself from the first change on, or longer. Not worth an event.

    Raises Denied, and Locked when somebody else has it.
    """
    return _take(page, account, WHILE_TYPING, by=by)


def take_lock(page: Page, account: AccountRef, *, by: Actor) -> PageLock:
    """Have the page for oneself for an hour, and record it. Raises Denied and Locked."""
    lock = _take(page, account, ON_REQUEST, by=by)
    record(Event.PAGE_LOCKED, page, by=by, changes={})
    return lock


def take_over(page: Page, account: AccountRef, *, by: Actor) -> PageLock:
    """Take a page over from whoever has it for himself, and record it; the loser is told.

    Nobody loses a text by it: what the other typed stays his working copy. Raises Denied.
    """
    authorize_edit(by, page, account)
    lock = _fresh(page)
    if lock is None or lock.until <= now() or lock.person_id == by.person_id:
        return _take(page, account, WHILE_TYPING, by=by)
    record(
        Event.PAGE_TAKEN_OVER, page, by=by, person=lock.person_label,
        changes={"writing": [lock.person_label, by.name or by.label]},
    )  # fmt: skip
    lock.taken_from_id = lock.person_id
    _give(lock, WHILE_TYPING, by)
    db.session.flush()
    return lock


def release_lock(page: Page, *, by: Actor) -> None:
    """Let others write; of somebody else's lock this is nothing."""
    mine = update(PageLock).where(
        PageLock.page_id == page.id, PageLock.person_id == by.person_id, PageLock.until > now()
    )
    ended = mine.values(until=now(), taken_from_id=None)
    db.session.execute(ended.execution_options(synchronize_session=False))


def be_seen(page: Page, account: AccountRef, *, by: Actor) -> list[PagePresence]:
    """Note that `by` has the page's editor open, and return who else has.

    His own lock lasts on while he is there. Raises Denied and Problem.
    """
    authorize_edit(by, page, account)
    lock = stored_lock(page)
    if lock is not None and lock.person_id == by.person_id and lock.until > now():
        lock.until = max(lock.until, now() + WHILE_TYPING)
    _note(page, _someone(by), by)
    return others_at(page, by=by)


def leave(page: Page, *, by: Actor) -> None:
    """Note that `by` closed the page's editor. A lock asked for by its button stays."""
    mine = delete(PagePresence).where(
        PagePresence.page_id == page.id, PagePresence.person_id == by.person_id
    )
    db.session.execute(mine.execution_options(synchronize_session=False))
    lock = stored_lock(page)
    if lock is not None and lock.until <= now() + WHILE_TYPING:
        release_lock(page, by=by)


def _note(page: Page, person_id: uuid.UUID, by: Actor) -> None:
    gone = delete(PagePresence).where(
        PagePresence.page_id == page.id,
        (PagePresence.person_id == person_id) | (PagePresence.seen_at < now() - HERE_FOR),
    )
    db.session.execute(gone.execution_options(synchronize_session=False))
    row = PagePresence(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
        person_id=person_id, person_label=by.name or by.label, seen_at=now(),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return  # Another tab of the same person was seen at the same moment.


def _take(page: Page, account: AccountRef, span: timedelta, *, by: Actor) -> PageLock:
    authorize_edit(by, page, account)
    lock = _fresh(page)
    refuse_others(lock, by=by)
    if lock is None:
        lock = PageLock(tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id)
        db.session.add(lock)
    elif lock.until > now():
        lock.until = max(lock.until, now() + span)
        db.session.flush()
        return lock
    lock.taken_from_id = None
    _give(lock, span, by)
    db.session.flush()
    return lock


def _fresh(page: Page) -> PageLock | None:
    """Return the lock as it stands, with the page held: no two people take it at once."""
    hold(page)
    return stored_lock(page)


def _give(lock: PageLock, span: timedelta, by: Actor) -> None:
    lock.person_id, lock.person_label = _someone(by), by.name or by.label
    lock.since, lock.until = now(), now() + span


def _someone(by: Actor) -> uuid.UUID:
    if by.person_id is None:
        raise Problem("Only a person can have a page for himself.")
    return by.person_id
