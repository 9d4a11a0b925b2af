"""Which schedules are plain: their publication touches nothing but the page itself."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.content.addresses import RESERVED
from portal.content.content_types import BUILT_IN
from portal.content.due_world import is_due
from portal.content.media import MediaUse
from portal.content.media_uses import named_in
from portal.content.out_of_sight import WITH_TRASH
from portal.content.page_uses import PageUse
from portal.content.pages import Page
from portal.content.schedules import Schedule
from portal.content.sites import Redirect
from portal.content.terms import PageTerm, Term
from tenants.db import db


def is_plain(row: Any) -> bool:
    """Tell whether nothing but the page itself is touched, and nothing has to be looked up."""
    if row.what != "publish" or row.of_page != row.page_id or row.trashed_at is not None:
        return False
    definition = BUILT_IN.get(row.type)
    if definition is None or definition.fields or definition.stands == "nowhere":
        return False
    if row.parent_id is not None or row.stands_below is not None:
        return False
    if not (row.title or row.body) or row.revision_id == row.live_revision_id:
        return False
    if row.type != "post" and row.slug in RESERVED:
        return False
    return row.address in {None, plain_address(row)} and not named_in(row.body, row.fields)


def plain_address(row: Any) -> str:
    """Return where a plain page stands once it is live."""
    return f"/posts/{row.slug}/" if row.type == "post" else f"/{row.slug}/"


def without_neighbours(plain: list[Any], rows: Sequence[Any], moment: datetime) -> list[Any]:
    """Leave out pages that others depend on, and addresses that are not free. Six statements."""
    if not plain:
        return []
    ids = [row.page_id for row in plain]
    pages = Counter(row.page_id for row in rows)
    addresses = Counter((row.account_id, plain_address(row)) for row in plain)
    claimed = [row.schedule_id for row in rows]
    tied: set[uuid.UUID] = set()
    for query in (
        select(Schedule.page_id).where(
            Schedule.page_id.in_(ids), *is_due(moment), Schedule.id.not_in(claimed)
        ),
        select(MediaUse.page_id).where(MediaUse.page_id.in_(ids), MediaUse.place == "live"),
        select(PageUse.page_id).where(PageUse.page_id.in_(ids), PageUse.side == "live"),
        select(Page.parent_id).where(Page.parent_id.in_(ids), Page.address.is_not(None)),
    ):
        tied.update(db.session.scalars(query))
    taken = _taken([row for row in plain if row.address is None])
    return [
        row
        for row in plain
        if row.page_id not in tied
        and pages[row.page_id] == 1
        and addresses[row.account_id, plain_address(row)] == 1
        and (row.account_id, plain_address(row)) not in taken
    ]


def _taken(new: list[Any]) -> set[tuple[uuid.UUID, str]]:
    """Return the addresses that another page stands at, or that lead to one. Two statements."""
    if not new:
        return set()
    accounts = {row.account_id for row in new}
    addresses = {plain_address(row) for row in new}
    found: set[tuple[uuid.UUID, str]] = set()
    for kind in (Page, Redirect):
        query = select(kind.account_id, kind.address).where(
            kind.account_id.in_(accounts), kind.address.in_(addresses)
        )
        rows = db.session.execute(query.execution_options(**WITH_TRASH))
        found.update((account_id, address) for account_id, address in rows if address)
    return found


def terms_to_file(plain: Sequence[Any]) -> Mapping[uuid.UUID, set[uuid.UUID] | None]:
    """Return the terms that each page is to be filed under besides those it stands under already.

    By the page's id; None where it stands under others as well. At most two statements.
    """
    known: dict[uuid.UUID, set[uuid.UUID]] = {}
    query = select(PageTerm.page_id, PageTerm.term_id)
    ids = [row.page_id for row in plain]
    for page_id, term_id in db.session.execute(query.where(PageTerm.page_id.in_(ids))):
        known.setdefault(page_id, set()).add(term_id)
    wanted = {row.page_id: {uuid.UUID(each) for each in row.term_ids or ()} for row in plain}
    meant = _meant_by(set().union(*wanted.values()))
    found: dict[uuid.UUID, set[uuid.UUID] | None] = {}
    for row in plain:
        there, asked = known.get(row.page_id, set()), wanted[row.page_id]
        if asked != there:
            asked = {meant[row.account_id, e] for e in asked if (row.account_id, e) in meant}
        found[row.page_id] = None if there - asked else asked - there
    return found


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
