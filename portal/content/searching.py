"""Search in what somebody may see: pages, files, people, accounts, each by its own right.

Each part is asked in a scope of its own: the accounts where the person holds the right to see such
things, and no other. Another kind of thing is one more function and one more line of KINDS.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, or_, select, tuple_

from portal.content.media import Media
from portal.content.media_folders import visible_media_anywhere
from portal.content.media_list import as_id
from portal.content.page_filters import STATES
from portal.content.pages import Page, Revision
from portal.content.paging import key_of, parse_key
from portal.content.search_index import PageWords, having, in_lower_case, plain, words_in
from tenants.accounts import Account, AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.directory import scope_of
from tenants.engines import reading
from tenants.folding import fold, folded
from tenants.grants import Grant
from tenants.groups import GroupMember
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.scope import acting_in

PER_KIND = 20
AROUND = 80


@dataclass(frozen=True)
class Asked:
    """What is looked for. `state` and `before` narrow and continue the list of pages."""

    text: str
    state: str = ""
    before: str | None = None
    most: int = PER_KIND


@dataclass(frozen=True)
class Hit:
    """One thing found. `snippet` is a text in parts, each with whether it was looked for."""

    kind: str
    id: uuid.UUID
    label: str
    detail: str
    handle: str
    state: str = ""
    snippet: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class Results:
    """What was found of one kind, and the key from which there is more."""

    hits: list[Hit] = field(default_factory=list)
    older: str | None = None


def search(asked: Asked, kinds: list[str], here: AccountRef, by: Actor) -> dict[str, Results]:
    """Return what was found of each kind in the tenant of an account, as far as `by` may see it.

    Call it before anything else is read. One statement a kind.
    """
    found = {}
    for kind in kinds:
        permission, look = KINDS[kind]
        with reading(), acting_in(scope_of(by, here, permission)):
            found[kind] = look(asked, here, by)
    return found


def _pages(asked: Asked, here: AccountRef, _by: Actor) -> Results:
    fitting = having(asked.text, here.tenant_id)
    if fitting is None:
        return Results()
    query = (
        select(Page, Account.name, Account.handle, Revision.excerpt, Revision.body)
        .join(PageWords, PageWords.page_id == Page.id)
        .join(Account, Account.id == Page.account_id)
        .join(Revision, Revision.id == Page.draft_revision_id)
        .where(fitting)
    )
    if asked.state in STATES:
        query = query.where(STATES[asked.state])
    if asked.before:
        query = query.where(tuple_(Page.changed_at, Page.id) < tuple_(*parse_key(asked.before)))
    query = query.order_by(Page.changed_at.desc(), Page.id.desc()).limit(asked.most + 1)
    rows = db.session.execute(query).all()
    words = words_in(asked.text)
    hits = [
        Hit("pages", page.id, page.title, name, handle, page.state,
            snippet(f"{excerpt} {plain(body)}", words))
        for page, name, handle, excerpt, body in rows[: asked.most]
    ]  # fmt: skip
    last = rows[asked.most - 1][0] if len(rows) > asked.most else None
    return Results(hits, key_of(last.changed_at, last.id) if last else None)


def _media(asked: Asked, here: AccountRef, by: Actor) -> Results:
    terms = fold(asked.text).split()[:8]
    if not terms:
        return Results()
    query = (
        select(Media, Account.name, Account.handle)
        .join(Account, Account.id == Media.account_id)
        .where(Media.tenant_id == here.tenant_id, Media.trashed_at.is_(None),
               visible_media_anywhere(by),
               *(_said(term, Media.name, Media.alt, Media.caption) for term in terms))
    )  # fmt: skip
    start = as_id(asked.before)
    if start is not None:
        query = query.where(Media.id < start)
    rows = db.session.execute(query.order_by(Media.id.desc()).limit(asked.most + 1)).all()
    words = words_in(asked.text)
    hits = [
        Hit("media", media.id, media.name, name, handle,
            snippet=snippet(f"{media.alt} {media.caption}".strip(), words))
        for media, name, handle in rows[: asked.most]
    ]  # fmt: skip
    last = rows[asked.most - 1][0] if len(rows) > asked.most else None
    return Results(hits, str(last.id) if last else None)


def _people(asked: Asked, here: AccountRef, _by: Actor) -> Results:
    terms = fold(asked.text).split()[:8]
    if not terms:
        return Results()
    direct = select(Grant.person_id).where(*Grant.in_force(now()), Grant.person_id.is_not(None))
    grouped = (
        select(GroupMember.person_id)
        .join(Grant, Grant.group_id == GroupMember.group_id)
        .where(*Grant.in_force(now()), GroupMember.ended_at.is_(None))
    )
    query = select(Person.id, Person.name, Person.email).where(
        or_(Person.id.in_(direct), Person.id.in_(grouped)),
        *(_said(t, Person.name, Person.email) for t in terms),
    ).order_by(Person.name, Person.id).limit(asked.most)  # fmt: skip
    rows = db.session.execute(query)
    return Results([Hit("people", row.id, row.name, row.email, here.handle) for row in rows])


def _accounts(asked: Asked, here: AccountRef, _by: Actor) -> Results:
    terms = fold(asked.text).split()[:8]
    if not terms:
        return Results()
    named = [_said(term, Account.name, Account.handle) for term in terms]
    query = select(Account.id, Account.name, Account.handle).where(
        Account.tenant_id == here.tenant_id, Account.state != "closed", *named
    )
    rows = db.session.execute(query.order_by(Account.name, Account.id).limit(asked.most))
    return Results([Hit("accounts", row.id, row.name, row.handle, row.handle) for row in rows])


def _said(term: str, *columns: Any) -> ColumnElement[bool]:
    return or_(*(folded(column).contains(term, autoescape=True) for column in columns))


KINDS: dict[str, tuple[P, Callable[[Asked, AccountRef, Actor], Results]]] = {
    "pages": (P.PAGE_VIEW, _pages),
    "media": (P.MEDIA_VIEW, _media),
    "people": (P.ACCESS_VIEW, _people),
    "accounts": (P.ACCOUNT_VIEW, _accounts),
}


def snippet(text: str, words: list[str]) -> tuple[tuple[str, bool], ...]:
    """Return the part of a text around the first word that begins as asked, in parts."""
    low = in_lower_case(text)
    low = low if len(low) == len(text) else text
    places = sorted({at for word in words if (at := _find(low, word)) >= 0})
    start = max(0, places[0] - AROUND) if places else 0
    shown, end = [], min(len(text), start + 3 * AROUND)
    at = start
    while at < end:
        ahead = [(_find(low, word, at), len(word)) for word in words]
        place, length = min(((p, n) for p, n in ahead if 0 <= p < end), default=(end, 0))
        if place > at:
            shown.append((text[at:place], False))
        if length:
            shown.append((text[place : place + length], True))
        at = place + length if length else end
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return tuple(part for part in ((before, False), *shown, (after, False)) if part[0])


def _find(text: str, word: str, start: int = 0) -> int:
    """Return where a word of the text begins with `word`, from `start` on, or -1."""
    at = text.find(word, start)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at
