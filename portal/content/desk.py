"""Lists for those who write: a fixed number of statements, pages by key and never by count."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, Uuid, bindparam, case, func, select, tuple_

from portal.content.page_filters import STATES, Filters
from portal.content.pages import Page
from portal.content.paging import PER_PAGE, Slice, key_of, parse_key
from portal.content.schedules import IS_OPEN, OPEN, STUCK, Schedule, is_pending
from portal.content.translations import PageLanguage, Shown, shown, with_languages
from tenants.accounts import Account
from tenants.db import db
from tenants.newest import newest
from tenants.people import Person
from tenants.prepared import by_key, cut
from tenants.reaching import Reach
from tenants.scope import only_at
from tenants.walking import Rows

COUNT_LIMIT = 1000


class Due(NamedTuple):
    """What is done to a page next, and when (UTC)."""

    what: str
    due_at: datetime


Beside = tuple[dict[uuid.UUID, Due], dict[uuid.UUID, Shown]]


class Row(NamedTuple):
    """One line of the list of pages."""

    id: uuid.UUID
    title: str
    type: str
    state: str
    address: str | None
    changed_at: datetime
    author: str | None
    author_id: uuid.UUID | None
    due: Due | None
    shown: Shown | None
    account_name: str = ""
    account_handle: str = ""


def pages_of(
    account_id: uuid.UUID, filters: Filters, before: str | None = None, size: int = PER_PAGE
) -> Slice:
    """Return the account's pages in the order of the filters, from the key `before` on."""
    shown, older = _found(account_id, filters, before, size)
    beside = _beside([row.id for row in shown], {})
    return Slice([_row(row, row.name, beside) for row in shown], older)


def counted_pages_of(
    account_id: uuid.UUID, filters: Filters, before: str | None = None, size: int = PER_PAGE
) -> tuple[Slice, dict[str, int]]:
    """Return the same with `counts_of`: what there is none of is not asked for page by page."""
    shown, older = _found(account_id, filters, before, size)
    counts = counts_of(account_id)
    beside = _beside([row.id for row in shown], counts)
    return Slice([_row(row, row.name, beside) for row in shown], older), counts


def _found(
    account_id: uuid.UUID, filters: Filters, before: str | None, size: int
) -> tuple[list[Any], str | None]:
    asked = {"at_account": account_id}
    plain = filters.are_plain
    query = _plain_query(filters.sort, filters.state, size) if plain else _query(filters, size)
    if before:
        query = filters.after(query, before)
    with only_at(account_id):
        return _cut(db.session.execute(query, asked).all(), filters.key, size)


_STATE = case(*((is_so, state) for state, is_so in STATES.items()), else_="live+draft")


@cache
def _plain_query(sort: str, state: str, size: int) -> Any:
    """Return the statement of a list that most people see: made once, run with little ado."""
    return _query(Filters(sort=sort, state=state), size)


def _query(filters: Filters, size: int) -> Any:
    query: Any = (
        select(
            Page.id, Page.title, Page.type, Page.address, Page.changed_at, Page.author_id,
            _STATE.label("state"), Person.name,
        )
        .outerjoin(Person, Person.id == Page.author_id)
        .where(Page.account_id == bindparam("at_account", type_=Uuid()), *filters.conditions)
    )  # fmt: skip
    return cut(filters.ordered(query), size + 1)


def pages_within(
    reach: Reach, filters: Filters, before: str | None = None, size: int = PER_PAGE
) -> Slice:
    """Return the pages of all accounts in `reach`, the last changed first, each with its account.

    At most four statements, and quick for those who see few accounts, many, and all.
    """
    rows = Rows(Page, Page.changed_at, filters.conditions, unset="trashed_at")
    query = newest(rows, reach, parse_key(before) if before else None, size + 1)
    named = query.add_columns(Person.name, Account.name, Account.handle)
    named = named.outerjoin(Person, Person.id == Page.author_id)
    # LEFT JOIN: SQLite would begin with all accounts of the tenant and look for pages in each.
    named = named.outerjoin(Account, Account.id == Page.account_id)
    found = db.session.execute(named).all()
    shown, older = _cut(found, lambda row: key_of(row[0].changed_at, row[0].id), size)
    beside = _beside([row[0].id for row in shown], {})
    return Slice([_row(page, author, beside, *at) for page, author, *at in shown], older)


def schedules_of(
    account_id: uuid.UUID, state: str, before: str | None = None, size: int = PER_PAGE
) -> Slice:
    """Return the account's schedules: waiting ones by due time, all others the latest first.

    `stuck` are those that wait for a person.
    """
    query = _schedules_query(state, size)
    if before:
        place, key = tuple_(Schedule.due_at, Schedule.id), tuple_(*parse_key(before))
        query = query.where(place > key if state == "pending" else place < key)
    with only_at(account_id):
        found = db.session.scalars(query, {"at_account": account_id}).all()
    return Slice(*_cut(found, lambda row: key_of(row.due_at, row.id), size))


@lru_cache(maxsize=64)
def _schedules_query(state: str, size: int) -> Any:
    account = bindparam("at_account", type_=Uuid())
    query = select(Schedule).where(Schedule.account_id == account)
    if state in {"stuck", *OPEN}:
        query = query.where(IS_OPEN)
    if state:
        query = query.where(Schedule.state.in_(STUCK if state == "stuck" else (state,)))
    order = Schedule.due_at, Schedule.id
    ways = order if state == "pending" else [each.desc() for each in order]
    return cut(query.order_by(*ways), size + 1)


def counts_of(account_id: uuid.UUID) -> dict[str, int]:
    """Return how many pages stand in each state and how many schedules wait, at most 1,000 each.

    `languages` is 1 where anybody said the language of a page, else 0.
    """
    with only_at(account_id):
        row = db.session.execute(_counts_query(), {"at_account": account_id}).one()
    return dict(zip([*STATES, "scheduled", "held", "languages"], row, strict=True))


@cache
def _counts_query() -> Any:
    """Return the statement: each state of pages has an index, as those that wait have."""
    account = bindparam("at_account", type_=Uuid())
    columns = [
        _capped(select(Page.id).where(Page.account_id == account, condition))
        for condition in STATES.values()
    ]
    of_account = select(Schedule.id).where(Schedule.account_id == account, IS_OPEN)
    columns += [
        _capped(of_account.where(is_pending(Schedule))),
        _capped(of_account.where(Schedule.state != "pending")),
        _capped(select(PageLanguage.id).where(PageLanguage.account_id == account), most=1),
    ]
    return by_key(select(*columns))


def _beside(page_ids: list[uuid.UUID], counts: Mapping[str, int]) -> Beside:
    """Return when each is due next, and in which language it is. One statement, if any."""
    dues: dict[uuid.UUID, Due] = {}
    languages: dict[uuid.UUID, Shown] = {}
    if counts.get("scheduled", 1) or counts.get("languages", 1):
        for page_id, what, due_at, *said in db.session.execute(_besides(), {"of_pages": page_ids}):
            if due_at is not None:
                dues[page_id] = Due(what, due_at)
            if said[0] is not None:
                languages[page_id] = shown(*said)
    return dues, languages


@cache
def _besides() -> Any:
    pages = bindparam("of_pages", type_=Uuid(), expanding=True)
    waiting = (Schedule.page_id == Page.id) & is_pending(Schedule)
    query: Any = select(Page.id, Schedule.what, Schedule.due_at).outerjoin(Schedule, waiting)
    query = with_languages(query.where(Page.id.in_(pages)))
    query = query.where(Schedule.id.is_not(None) | PageLanguage.id.is_not(None))
    return by_key(query.order_by(Schedule.due_at.desc()))


def _row(page: Page | SqlRow[Any], author: str | None, beside: Beside, *at: str) -> Row:
    dues, languages = beside
    return Row(
        page.id, page.title, page.type, page.state, page.address, page.changed_at, author,
        page.author_id, dues.get(page.id), languages.get(page.id), *at,
    )  # fmt: skip


def _cut(found: Any, key: Any, size: int) -> tuple[list[Any], str | None]:
    shown = list(found[:size])
    return shown, key(shown[-1]) if len(found) > size else None


def _capped(query: Select[Any], most: int = COUNT_LIMIT) -> Any:
    return select(func.count()).select_from(cut(query, most).subquery()).scalar_subquery()
