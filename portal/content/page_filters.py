"""What a list of pages is narrowed to and sorted by, and how that stands in an address."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, func, or_, select, tuple_

from portal.content.addresses import slug_of
from portal.content.caring import is_due
from portal.content.content_types import KEY
from portal.content.languages import language_tag
from portal.content.pages import Page, Revision
from portal.content.problems import Problem
from portal.content.schedules import Schedule, is_pending
from portal.content.terms import PageTerm, Term
from portal.content.translations import is_outdated, speaks
from tenants.clock import now
from tenants.db import db

STATES: dict[str, ColumnElement[bool]] = {
    "draft": and_(Page.live_revision_id.is_(None), Page.unpublished_at.is_(None)),
    "live": Page.live_revision_id == Page.draft_revision_id,
    "live+draft": Page.live_revision_id != Page.draft_revision_id,
    "unpublished": and_(Page.live_revision_id.is_(None), Page.unpublished_at.is_not(None)),
}
FURTHER = ("scheduled", "review", "outdated")
SORTS: dict[str, tuple[Any, bool]] = {
    "": (Page.changed_at, True),
    "oldest": (Page.changed_at, False),
    "title": (Page.title, False),
    "title-down": (Page.title, True),
}
TERMS = 100
SAFE = "!$'()*,/:;?@"
"""What stands in an address as it is."""


@dataclass(frozen=True)
class Filters:
    """What a list of pages is narrowed to; empty means everything.

    `since` is an instant; `since_day` the day it was typed as. `author` is a person's id.
    """

    state: str = ""
    type: str = ""
    search: str = ""
    author: uuid.UUID | None = None
    tag: str = ""
    since: datetime | None = None
    since_day: str = ""
    sort: str = ""
    language: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """Return the parameters of an address that asks for this, the empty ones left out."""
        found = {
            "state": self.state, "type": self.type, "q": self.search, "tag": self.tag,
            "author": str(self.author or ""), "since": self.since_day, "sort": self.sort,
            "language": self.language,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """Return the same as the query of an address."""
        return urlencode(self.asked)

    def link(self, here: str, within: str = "", **values: Any) -> str:
        """Return the address of the list at `here` with some of the parameters changed."""
        return _address(self, here, within, tuple(values.items()))

    def but(self, **values: Any) -> dict[str, str]:
        """Return the parameters with some of them changed."""
        return replace(self, **values).asked

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a page must be; asks the database for a tag's ids."""
        wanted: list[tuple[Any, Callable[[], ColumnElement[bool]]]] = [
            (self.state, lambda: _standing(self.state)),
            (self.type, lambda: Page.type == self.type),
            (self.search, lambda: _named(self.search)),
            (self.author, lambda: Page.author_id == self.author),
            (self.since, lambda: Page.changed_at >= self.since),
            (self.tag, lambda: _tagged(self.tag)),
            (self.language, lambda: speaks(self.language)),
        ]
        return [make() for given, make in wanted if given]

    @property
    def are_plain(self) -> bool:
        """Tell whether nothing is asked for but an order and a state that a page itself tells."""
        return self.asked.keys() <= {"sort", "state"} and self.state in {"", *STATES}

    def ordered(self, query: Select[Any]) -> Select[Any]:
        """Return the query in the order asked for."""
        column, down = SORTS[self.sort]
        order = (column.desc(), Page.id.desc()) if down else (column, Page.id)
        return query.order_by(*order)

    def after(self, query: Select[Any], before: str) -> Select[Any]:
        """Return the query from the key `before` on."""
        column, down = SORTS[self.sort]
        place, key = tuple_(column, Page.id), tuple_(*self._parse(before))
        return query.where(place < key if down else place > key)

    def key(self, page: Page | Row[Any]) -> str:
        """Return a page's place in the list as it stands in an address."""
        value = getattr(page, SORTS[self.sort][0].key)
        return f"{value.isoformat() if isinstance(value, datetime) else value}~{page.id.hex}"

    def _parse(self, key: str) -> tuple[Any, uuid.UUID]:
        value, _, row_id = key.replace("\x00", "").rpartition("~")
        by_title = SORTS[self.sort][0] is Page.title
        try:
            found = uuid.UUID(hex=row_id)
            moment = now() if by_title else datetime.fromisoformat(value)
        except ValueError:
            value, moment, found = "", now(), uuid.UUID(int=0)
        return (value if by_title else moment if moment.tzinfo else now()), found


def read_filters(asked: Any, zone: str, me: uuid.UUID | None) -> Filters:
    """Return the filters that an address or a form asks for; what means nothing is left out.

    `asked` maps names to values; `me` is who “me” is as the author; days are those of `zone`.
    """
    text = {
        name: str(asked.get(name, "")).replace("\x00", "").strip()[:200]
        for name in ("state", "type", "q", "author", "tag", "since", "sort", "language")
    }
    since = _start_of(text["since"], zone)
    return Filters(
        state=text["state"] if text["state"] in {*STATES, *FURTHER} else "",
        type=text["type"] if KEY.fullmatch(text["type"]) else "",
        search=text["q"],
        author=me if text["author"] == "me" else _uuid(text["author"]),
        tag=text["tag"],
        since=since,
        since_day=text["since"] if since else "",
        sort=text["sort"] if text["sort"] in SORTS else "",
        language=_language(text["language"]),
    )


def _standing(state: str) -> ColumnElement[bool]:
    if state in STATES:
        return STATES[state]
    if state == "review":
        return is_due(now())
    if state == "outdated":
        return is_outdated()
    waiting = select(Schedule.id).where(Schedule.page_id == Page.id, is_pending(Schedule))
    return waiting.exists()


def _named(words: str) -> ColumnElement[bool]:
    hits = (c.icontains(words, autoescape=True) for c in (Page.title, Page.address))
    return or_(*hits)


def _tagged(tag: str) -> ColumnElement[bool]:
    """Return the condition of having a tag or category, live or as a draft."""
    slug = slug_of(tag)
    named = select(func.coalesce(Term.merged_into_id, Term.id)).where(Term.slug == slug)
    ids = select(Term.id).where(or_(Term.id.in_(named), Term.merged_into_id.in_(named)))
    found = list(db.session.scalars(ids.limit(TERMS)))
    live = select(PageTerm.page_id).where(PageTerm.page_id == Page.id, PageTerm.term_id.in_(found))
    told = [cast(Revision.term_ids, Text).contains(str(each)) for each in found]
    draft = select(Revision.id).where(Revision.id == Page.draft_revision_id, or_(False, *told))
    return or_(live.exists(), draft.exists())


def _start_of(day: str, zone: str) -> datetime | None:
    try:
        parsed = date.fromisoformat(day)
        if not 1970 <= parsed.year <= 2200:
            return None
        return datetime.combine(parsed, time(), ZoneInfo(zone))
    except ValueError:
        return None


def _language(text: str) -> str:
    try:
        return language_tag(text) if text else ""
    except Problem:
        return ""


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _address(filters: Filters, here: str, within: str, values: tuple[tuple[str, Any], ...]) -> str:
    asked = {"within": within} if within else {}
    asked |= filters.but(**dict(values)) if values else filters.asked
    return f"{here}?{urlencode(asked, safe=SAFE)}" if asked else here
