"""Which schedules are plain: they touch nothing but the page itself."""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, Uuid, func, select
from sqlalchemy.orm import aliased

from portal.content.content_types import BUILT_IN
from portal.content.due_world import HAS_COME
from portal.content.media import MediaUse
from portal.content.out_of_sight import WITH_TRASH
from portal.content.page_uses import PageUse
from portal.content.pages import Page
from portal.content.schedules import Schedule
from portal.content.sites import Redirect
from portal.content.terms import PageTerm, Term
from tenants.among import Ids, among
from tenants.db import db
from tenants.given import by_dialect, given, given_rows


@dataclass(slots=True)
class Ready:
    """A claimed schedule that no rule stands against: where its page will stand, with which text.

    `terms` are those to file it under besides those it stands under already.
    """

    row: Any
    number: int
    address: str
    approvals: Mapping[str, list[str | None]]
    asked_terms: Sequence[str]
    terms: frozenset[uuid.UUID] = frozenset()


def is_plain(row: Any) -> bool:
    """Tell whether a schedule's page is touched and nothing else, as far as it shows in itself."""
    if row.what == "unpublish":
        return row.live_revision_id is not None and row.trashed_at is None
    if row.trashed_at is not None or row.stands_below is not None:
        return False
    definition = BUILT_IN.get(row.type)
    if definition is None or definition.fields or definition.stands == "nowhere":
        return False
    return row.revision_id is not None and row.revision_id != row.live_revision_id


def plain_address(row: Any, text: Any) -> str:
    """Return where a plain page stands once it is live."""
    return f"/posts/{text.slug}/" if row.type == "post" else f"/{text.slug}/"


_TYING = (
    select(Schedule.page_id)
    .where(among(Schedule.page_id, "ids"), *HAS_COME)
    .group_by(Schedule.page_id)
    .having(func.count() > 1),
    select(MediaUse.page_id).where(among(MediaUse.page_id, "ids"), MediaUse.place == "live"),
    select(PageUse.page_id).where(among(PageUse.page_id, "ids"), PageUse.side == "live"),
    select(Page.parent_id).where(among(Page.parent_id, "ids"), Page.address.is_not(None)),
)
"""Pages that others depend on, or that more than one schedule is due for, be one tried again."""
_FILED = select(PageTerm.page_id, PageTerm.term_id).where(among(PageTerm.page_id, "ids"))


Place = tuple[int, str]
"""An address of an account, which is named by its id's integer: that is hashed in no time."""


def tied_pages(page_ids: Ids, moment: datetime) -> set[int]:
    """Return those of the pages that others depend on, or that more is due for. Four statements."""
    asked = {"ids": page_ids, "moment": moment}
    return {each.int for query in _TYING for each in db.session.scalars(query, asked) if each}


def led_from(places: Collection[Place]) -> set[Place]:
    """Return those of the addresses at which a redirect stands. One statement."""
    return _held(_redirects_at(), _as_given(places))


def without_neighbours(ready: list[Ready], moment: datetime) -> list[Ready]:
    """Leave out pages that others depend on, and addresses that are not free. Six statements."""
    if not ready:
        return []
    tied = tied_pages(Ids(each.row.page_id for each in ready), moment)
    wanted = [(each.row.account_id.int, each.address) for each in ready]
    places = Counter(wanted)
    new = [place for each, place in zip(ready, wanted, strict=True) if each.row.address is None]
    twice = {place for place, number in places.items() if number > 1}
    asked = _as_given(new)
    unfit = _held(_pages_at(), asked) | _held(_redirects_at(), asked) | twice
    if not tied and not unfit:
        return ready
    return [
        each
        for each, place in zip(ready, wanted, strict=True)
        if each.row.page_id.int not in tied and place not in unfit
    ]


def _as_given(places: Collection[Place]) -> str:
    return given([{"account_id": f"{number:032x}", "address": at} for number, at in places])


def _held(query: Any, places: str) -> set[Place]:
    """Return those of the addresses that a page or a redirect has. One statement."""
    held = db.session.execute(query, {"places": places}, execution_options=WITH_TRASH)
    return {(account_id.int, address) for account_id, address in held}


@by_dialect
def _pages_at(dialect: str) -> Any:
    return _at_places(Page, dialect)


@by_dialect
def _redirects_at(dialect: str) -> Any:
    return _at_places(Redirect, dialect)


def _at_places(kind: type[Page | Redirect], dialect: str) -> Any:
    """Return the statement, which looks the places up one by one: never all pages."""
    place = given_rows(dialect, "places", {"account_id": Uuid(), "address": String()})
    return select(kind.account_id, kind.address).where(
        kind.account_id == place["account_id"], kind.address == place["address"]
    )


def with_terms(ready: list[Ready]) -> list[Ready]:
    """Note the terms to file each page under; leave out those that stand under others as well.

    At most two statements.
    """
    if not ready:
        return []
    known: dict[uuid.UUID, set[uuid.UUID]] = {}
    for page_id, term_id in db.session.execute(
        _FILED, {"ids": Ids(each.row.page_id for each in ready)}
    ):
        known.setdefault(page_id, set()).add(term_id)
    tagged = [each for each in ready if each.asked_terms or (known and each.row.page_id in known)]
    if not tagged:
        return ready
    wanted = {each.row.page_id: {uuid.UUID(e) for e in each.asked_terms or ()} for each in tagged}
    meant = _meant_by(set().union(*wanted.values()))
    astray: set[uuid.UUID] = set()
    for each in tagged:
        row = each.row
        there, asked = known.get(row.page_id, set()), wanted[row.page_id]
        if asked != there:
            asked = {meant[row.account_id, e] for e in asked if (row.account_id, e) in meant}
        each.terms = frozenset(asked - there)
        if there - asked:
            astray.add(row.page_id)
    return [each for each in ready if each.row.page_id not in astray] if astray else ready


def _meant_by(term_ids: set[uuid.UUID]) -> dict[tuple[uuid.UUID, uuid.UUID], uuid.UUID]:
    """Return the terms these lead to today, by account and id."""
    if not term_ids:
        return {}
    target = aliased(Term)
    query = (
        select(Term.account_id, Term.id, target.id)
        .join(target, target.id == func.coalesce(Term.merged_into_id, Term.id))
        .where(Term.id.in_(term_ids), target.account_id == Term.account_id)
    )
    rows = db.session.execute(query).all()
    return {(account_id, asked): meant for account_id, asked, meant in rows}
