"""Which language readers are told a page is in, and where the same is live in others."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Uuid, and_, bindparam, select
from sqlalchemy.orm import aliased

from portal.content.pages import Page
from portal.content.reading import listed
from portal.content.translations import PageLanguage
from tenants.clock import now
from tenants.db import UtcDateTime, db
from tenants.prepared import by_key

MOST = 40


@dataclass(frozen=True)
class Alternate:
    """A page readers can go to, in a language. `source` says that the others are made from it."""

    language: str
    address: str
    source: bool
    current: bool


@dataclass(frozen=True)
class Tongues:
    """A page's language, empty where nobody said it, and what is live of it: none for only one."""

    language: str = ""
    live: tuple[Alternate, ...] = ()


def live_groups(
    account_id: uuid.UUID, page_ids: Collection[uuid.UUID]
) -> dict[str, tuple[Alternate, ...]]:
    """Return the live translations of some pages' addresses, of those that have any.

    At most `MOST` of each. One statement.
    """
    own = aliased(PageLanguage)
    asked = select(own.source_id).where(own.account_id == account_id, own.page_id.in_(page_ids))
    query = (
        select(PageLanguage.page_id, PageLanguage.source_id, PageLanguage.language, Page.address)
        .join(Page, Page.id == PageLanguage.page_id)
        .where(*listed(account_id), PageLanguage.source_id.in_(asked))
        .order_by(PageLanguage.source_id != PageLanguage.page_id, PageLanguage.language)
    )
    groups: dict[uuid.UUID, list[Alternate]] = {}
    for row in db.session.execute(query):
        each = Alternate(row.language, row.address, row.page_id == row.source_id, current=False)
        groups.setdefault(row.source_id, []).append(each)
    found = [tuple(group[:MOST]) for group in groups.values() if len(group) > 1]
    return {each.address: group for group in found for each in group}


def tongues_of(page: Page) -> Tongues:
    """Return a page's language and its live translations, itself among them. One statement.

    What is not live, or not for everybody, is left out.
    """
    asked = {"of_page": page.id, "of_account": page.account_id, "of_now": now()}
    rows = db.session.execute(_group_of(), asked).all()
    language = next((row.language for row in rows if row.page_id == page.id), "")
    live = tuple(
        Alternate(row.language, row.address, row.page_id == row.source_id, row.page_id == page.id)
        for row in rows
        if row.address is not None
    )
    return Tongues(language, live if len(live) > 1 else ())


@cache
def _group_of() -> Any:
    account = bindparam("of_account", type_=Uuid())
    shown = listed(account, bindparam("of_now", type_=UtcDateTime()))
    own = aliased(PageLanguage)
    of_page = own.page_id == bindparam("of_page", type_=Uuid())
    group = select(own.source_id).where(of_page).scalar_subquery()
    query = (
        select(PageLanguage.page_id, PageLanguage.source_id, PageLanguage.language, Page.address)
        .outerjoin(Page, and_(Page.id == PageLanguage.page_id, *shown))
        .where(PageLanguage.source_id == group, PageLanguage.account_id == account)
        .order_by(PageLanguage.source_id != PageLanguage.page_id, PageLanguage.language)
    )
    return by_key(query)
