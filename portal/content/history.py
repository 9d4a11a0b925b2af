"""The trail as pages, accounts and people read it.

Why a page of it stays fast at ten million rows: nothing is counted; a page is 51 rows from a key
on; every filter that names something whole (a master's trail, an action, an e-mail, an outcome, a
request, an id, times) is a range of an index that ends in (at, id), in the order shown; of accounts
below a master see `trail_places`. What no
index finds (words, parts of names) is looked for in the next LOOKED_AT rows of such a range only,
and the page says how far it looked and goes on from there.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.orm import aliased

from portal.content.comments import Comment
from portal.content.due_alone import request_id_of
from portal.content.media import Media
from portal.content.media_told import unseen
from portal.content.pages import Page
from portal.content.paging import PER_PAGE, Slice, key_of, parse_key
from portal.content.reviews import Review
from portal.content.schedules import Schedule
from portal.content.shares import ShareLink, ShareOpinion
from portal.content.trail_conditions import ABOUT_CONTENT, loose
from portal.content.trail_filters import TrailQuery
from portal.content.trail_places import ORDER, Places
from tenants.accounts import Account, AccountRef
from tenants.audit import AuditEvent
from tenants.bounds import held_until
from tenants.db import db
from tenants.decisions import Actor, can
from tenants.permissions import Permission
from tenants.prepared import by_key
from tenants.support import SupportSession

NOT_SHOWN = "(content not shown)"
LOOKED_AT = 20_000


def reads_drafts(by: Actor, here: AccountRef) -> bool:
    """Tell whether `by` may read drafts wherever he reads the trail of an account and below it."""
    further = any(
        Permission.TRAIL_VIEW in h.permissions
        and (h.tenant_id == here.tenant_id or h.covers(here))
        and (h.reach == "subtree" or h.account_id != here.id)
        for h in by.holdings
    )
    below = held_until(by, [Permission.PAGE_VIEW], here, "subtree") is not None
    return can(by, Permission.PAGE_VIEW, here).allowed and (below or not further)


@dataclass(frozen=True)
class Told:
    """One event as it is shown: without what the viewer may not read."""

    id: uuid.UUID
    event: str
    sentence: str
    actor_label: str
    at: datetime
    on_behalf_of: str
    reason: str
    changes: dict[str, Any]
    outcome: str
    request_id: str
    address: str
    account: str = ""
    handle: str = ""


@dataclass(frozen=True)
class Found(Slice):
    """A page of the trail. `looked_to`: only rows down to that moment were looked at."""

    looked_to: datetime | None = None


def tell(event: AuditEvent, content: bool, account: tuple[str, str] = ("", "")) -> Told:
    """Return an event for somebody who may (`content`) or may not read drafts."""
    hide = not content and event.target_type in ABOUT_CONTENT
    return Told(
        id=event.id,
        event=event.event,
        sentence=event.sentence_about(NOT_SHOWN, hiding=True) if hide else event.sentence,
        actor_label=event.actor_label,
        at=event.at,
        on_behalf_of=event.on_behalf_of,
        reason="" if hide else event.reason,
        changes={} if hide else changed(event.changes),
        outcome=event.outcome,
        request_id=event.request_id,
        address=event.address,
        account=account[0],
        handle=account[1],
    )


def changed(sides: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event notes as `[before, after]`, but for what stayed the same."""
    return {
        name: pair
        for name, pair in sides.items()
        if not (isinstance(pair, list) and len(pair) == 2 and pair[0] == pair[1])
    }


def events_about(page: Page | Media, before: str | None = None) -> Slice:
    """Return what happened to a page and what belongs to it, or to a file, the latest first."""
    kinds = (Schedule, Review, Comment, ShareLink, ShareOpinion)
    beside = [select(cls.id).where(cls.page_id == page.id) for cls in kinds]
    query = select(AuditEvent).where(
        or_(AuditEvent.target_id == page.id, *(AuditEvent.target_id.in_(ids) for ids in beside))
    )
    return events_in(query, before, content=True)


def events_in(query: Select[AuditEvent], before: str | None, *, content: bool) -> Slice:
    """Return a page of a few events, the latest first, from a key on; `content` as for `tell`."""
    rows = _newest(query, before)
    return Slice([tell(row, content) for row in rows[:PER_PAGE]], _older(rows, PER_PAGE))


def events_of(schedule: Schedule, before: str | None = None, *, content: bool) -> Slice:
    """Return what happened to one schedule, the latest first, from a key on."""
    told = AuditEvent.target_id == schedule.id
    ran = AuditEvent.request_id == request_id_of(schedule.id)
    return events_in(select(AuditEvent).where(or_(told, ran)), before, content=content)


def events_during(
    session: SupportSession, here: AccountRef, before: str | None = None, *, content: bool
) -> Found:
    """Return what was done and looked at in a support session at `here`, the latest first.

    And what became of the session itself. Two statements; one more below a master.
    """
    done = and_(
        AuditEvent.actor_id == session.person_id,
        AuditEvent.on_behalf_of != "",
        AuditEvent.at.between(session.started_at, session.over_at),
    )
    places = Places(here, TrailQuery())
    query = select(AuditEvent).where(or_(AuditEvent.target_id == session.id, done))
    if places.among is not None:
        query = query.where(AuditEvent.account_id.in_(places.among_them()))
    rows = _newest(query, before)
    return Found(_told(rows[:PER_PAGE], content), _older(rows, PER_PAGE))


def events_below(
    here: AccountRef, asked: TrailQuery, before: str | None, *, content: bool,
    most: int = PER_PAGE, by: Actor | None = None,
) -> Found:  # fmt: skip
    """Return what happened at an account and below it, the latest first, from a key on.

    `content` says whether the viewer may read drafts; without it titles and texts are left out, and
    nothing is found by them. So are the names of files and folders that `by` does not see. Two
    statements; one more below a master or for an account by name, one more when words are looked
    for, two more for files, and two where many accounts have little of what is newest.
    """
    places = Places(here, asked)
    if any(term.is_loose for term in asked.terms):
        return _look(places, before, content=content, most=most, by=by)
    rows = places.rows(before, most + 1)
    return Found(_told(rows[:most], content, unseen(rows, by)), _older(rows, most))


def each_event(
    here: AccountRef, asked: TrailQuery, *, content: bool, most: int, per_read: int = 1000,
    by: Actor | None = None,
) -> Iterator[Told]:  # fmt: skip
    """Yield what `events_below` shows, page after page, at most `most` events."""
    before, left = None, most
    while left > 0:
        found = events_below(here, asked, before, content=content, most=min(per_read, left), by=by)
        yield from found.rows
        left, before = left - len(found.rows), found.older
        db.session.expunge_all()
        if before is None:
            return


def _look(
    places: Places, before: str | None, *, content: bool, most: int, by: Actor | None
) -> Found:
    """Look for words in the next LOOKED_AT rows; what names an unseen file is not found by them."""
    size = places.window(LOOKED_AT)
    event = aliased(AuditEvent, places.newest(before, size).subquery())
    fitting = select(event).where(*loose(places.asked, event, content=content))
    fitting = fitting.order_by(event.at.desc(), event.id.desc()).limit(most + 1)
    rows = list(db.session.scalars(fitting))
    closed = unseen(rows, by)
    kept = [row for row in rows[:most] if row.target_id not in closed]
    if len(rows) > most:
        return Found(_told(kept, content), _older(rows, most))
    last = places.newest(before, size).with_only_columns(AuditEvent.at, AuditEvent.id)
    end = db.session.execute(last.limit(1).offset(size - 1)).first()
    older = key_of(end.at, end.id) if end else None
    return Found(_told(kept, content), older, end.at if end else None)


def _newest(query: Select[AuditEvent], before: str | None) -> list[AuditEvent]:
    """Return the next page of a few events, and one more."""
    if before:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*parse_key(before)))
    return list(db.session.scalars(query.order_by(*ORDER).limit(PER_PAGE + 1)))


def _older(rows: list[AuditEvent], most: int) -> str | None:
    return key_of(rows[most - 1].at, rows[most - 1].id) if len(rows) > most else None


def _told(
    rows: list[AuditEvent], content: bool, closed: Collection[uuid.UUID | None] = ()
) -> list[Told]:
    ids = {row.account_id for row in rows}
    query = by_key(select(Account.id, Account.name, Account.handle).where(Account.id.in_(ids)))
    names = {row.id: (row.name, row.handle) for row in db.session.execute(query)}
    return [
        tell(row, content and row.target_id not in closed, names.get(row.account_id, ("", "")))
        for row in rows
    ]
