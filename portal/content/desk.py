"""Lists for those who write: a fixed number of statements, pages by key and never by count."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from portal.content.pages import Page
from portal.content.schedules import Schedule
from tenants.accounts import Account
from tenants.clock import now
from tenants.db import db
from tenants.newest import Reach, Rows, newest
from tenants.people import Person

PER_PAGE = 50
COUNT_LIMIT = 1000
STATES: dict[str, ColumnElement[bool]] = {
    "draft": and_(Page.live_revision_id.is_(None), Page.unpublished_at.is_(None)),
    "live": Page.live_revision_id == Page.draft_revision_id,
    "live+draft": Page.live_revision_id != Page.draft_revision_id,
    "unpublished": and_(Page.live_revision_id.is_(None), Page.unpublished_at.is_not(None)),
}


@dataclass(frozen=True)
class Filters:
    """What a list of pages is narrowed to; empty means everything."""

    state: str = ""
    type: str = ""
    search: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the list of pages."""

    id: uuid.UUID
    title: str
    type: str
    state: str
    address: str | None
    changed_at: datetime
    author: str | None
    due: Schedule | None
    account_name: str = ""
    account_handle: str = ""


@dataclass(frozen=True)
class Slice:
    """Some rows, and the key of the last one when there are older ones."""

    rows: list[Any]
    older: str | None


def pages_of(account_id: uuid.UUID, filters: Filters, before: str | None = None) -> Slice:
    """Return the account's pages, the last changed first, from the key `before` on."""
    query = (
        select(Page, Person.name)
        .outerjoin(Person, Person.id == Page.author_id)
        .where(Page.account_id == account_id, *_conditions(filters))
        .order_by(Page.changed_at.desc(), Page.id.desc())
    )
    if before:
        query = query.where(tuple_(Page.changed_at, Page.id) < tuple_(*parse_key(before)))
    found = db.session.execute(query.limit(PER_PAGE + 1)).all()
    shown, older = _cut(found, lambda row: key_of(row[0].changed_at, row[0].id))
    dues = _next_due([page.id for page, _name in shown])
    return Slice([_row(page, name, dues) for page, name in shown], older)


def pages_within(reach: Reach, filters: Filters, before: str | None = None) -> Slice:
    """Return the pages of all accounts in `reach`, the last changed first, each with its account.

    At most four statements, and quick for those who see few accounts, many, and all.
    """
    rows = Rows(Page, Page.changed_at, _conditions(filters))
    query = newest(rows, reach, parse_key(before) if before else None, PER_PAGE + 1)
    named = query.add_columns(Person.name, Account.name, Account.handle)
    named = named.outerjoin(Person, Person.id == Page.author_id)
    found = db.session.execute(named.join(Account, Account.id == Page.account_id)).all()
    shown, older = _cut(found, lambda row: key_of(row[0].changed_at, row[0].id))
    dues = _next_due([row[0].id for row in shown])
    return Slice([_row(page, author, dues, *at) for page, author, *at in shown], older)


def schedules_of(account_id: uuid.UUID, state: str, before: str | None = None) -> Slice:
    """Return the account's schedules: waiting ones by due time, all others the latest first."""
    place = tuple_(Schedule.due_at, Schedule.id)
    query = select(Schedule).where(Schedule.account_id == account_id)
    if state:
        query = query.where(Schedule.state == state)
    forward = state == "pending"
    if before:
        key = tuple_(*parse_key(before))
        query = query.where(place > key if forward else place < key)
    order = (
        (Schedule.due_at, Schedule.id) if forward else (Schedule.due_at.desc(), Schedule.id.desc())
    )
    found = db.session.scalars(query.order_by(*order).limit(PER_PAGE + 1)).all()
    return Slice(*_cut(found, lambda row: key_of(row.due_at, row.id)))


def counts_of(account_id: uuid.UUID) -> dict[str, int]:
    """Return how many pages stand in each state and how many schedules wait, at most 1,000 each."""
    columns = [
        _capped(select(Page.id).where(Page.account_id == account_id, condition))
        for condition in STATES.values()
    ]
    of_account = select(Schedule.id).where(Schedule.account_id == account_id)
    columns += [_capped(of_account.where(Schedule.state == s)) for s in ("pending", "held")]
    row = db.session.execute(select(*columns)).one()
    return dict(zip([*STATES, "scheduled", "held"], row, strict=True))


def key_of(moment: datetime, row_id: uuid.UUID) -> str:
    """Return a row's place in a list as it stands in a URL."""
    return f"{moment.isoformat()}~{row_id.hex}"


def parse_key(key: str) -> tuple[datetime, uuid.UUID]:
    """Return the place a key stands for. A key that is none stands for the present."""
    moment, _, row_id = key.partition("~")
    try:
        parsed = datetime.fromisoformat(moment)
        return (parsed, uuid.UUID(hex=row_id)) if parsed.tzinfo else (now(), uuid.UUID(int=0))
    except ValueError:
        return now(), uuid.UUID(int=0)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.state == "scheduled":
        waiting = select(Schedule.id).where(
            Schedule.page_id == Page.id, Schedule.state == "pending"
        )
        wanted.append(waiting.exists())
    elif filters.state in STATES:
        wanted.append(STATES[filters.state])
    if filters.type:
        wanted.append(Page.type == filters.type)
    if filters.search:
        hits = [c.icontains(filters.search, autoescape=True) for c in (Page.title, Page.address)]
        wanted.append(or_(*hits))
    return wanted


def _row(page: Page, author: str | None, dues: dict[uuid.UUID, Schedule], *at: str) -> Row:
    return Row(
        page.id, page.title, page.type, page.state, page.address, page.changed_at, author,
        dues.get(page.id), *at,
    )  # fmt: skip


def _cut(found: Any, key: Any) -> tuple[list[Any], str | None]:
    shown = list(found[:PER_PAGE])
    return shown, key(shown[-1]) if len(found) > PER_PAGE else None


def _next_due(page_ids: list[uuid.UUID]) -> dict[uuid.UUID, Schedule]:
    rows = db.session.scalars(
        select(Schedule)
        .where(Schedule.page_id.in_(page_ids), Schedule.state == "pending")
        .order_by(Schedule.due_at.desc())
    )
    return {row.page_id: row for row in rows}


def _capped(query: Select[Any]) -> Any:
    return select(func.count()).select_from(query.limit(COUNT_LIMIT).subquery()).scalar_subquery()
