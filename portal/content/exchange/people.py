"""Whose pages they are and when they are looked at again: people by name, with e-mail or not."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.content.caring import PageCare
from portal.content.exchange.model import NOBODY, Named
from portal.content.pages import Page
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, can
from tenants.inventory import people_reaching
from tenants.people import Person
from tenants.permissions import Permission

NO_PEOPLE = (NOBODY, NOBODY, None)


def emails_for(account: AccountRef, *, by: Actor) -> frozenset[str]:
    """Return the addresses that `by` is shown at an account: its people's, or none.

    One statement, none for those who may not see who has access.
    """
    if not can(by, Permission.ACCESS_VIEW, account).allowed:
        return frozenset()
    return frozenset(person.email for person in people_reaching(account))


def people_of(
    account: AccountRef, page_ids: Iterable[uuid.UUID], emails: frozenset[str]
) -> dict[uuid.UUID, tuple[Named, Named, datetime | None]]:
    """Return the author and the owner of each page, with the addresses among `emails`, and by when
    it is to be reviewed.

    One statement.
    """
    author, owner = aliased(Person), aliased(Person)
    query = (
        select(Page.id, author.name, author.email, owner.name, owner.email, PageCare.review_by)
        .outerjoin(author, author.id == Page.author_id)
        .outerjoin(PageCare, PageCare.page_id == Page.id)
        .outerjoin(owner, owner.id == PageCare.owner_id)
        .where(Page.account_id == account.id, Page.id.in_(page_ids))
    )

    def named(name: str | None, email: str | None) -> Named:
        return Named(name or "", email if email and email in emails else "")

    return {
        row[0]: (named(row[1], row[2]), named(row[3], row[4]), row[5])
        for row in db.session.execute(query)
    }
