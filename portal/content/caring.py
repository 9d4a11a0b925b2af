"""Who answers for a page, and by when somebody is to look whether it still holds."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.drafting import authorize_edit
from portal.content.pages import Page, refuse_trashed
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, can
from tenants.events import Event
from tenants.grants import grants_at
from tenants.people import Person
from tenants.permissions import Permission
from tenants.scope import TenantScoped


class PageCare(Keyed, TenantScoped, Base):
    """A page's owner and the moment (UTC) by which it is to be reviewed, if any."""

    __tablename__ = "page_care"
    __table_args__ = (
        UniqueConstraint("page_id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        Index("ix_page_care_review_by", "review_by"),
    )

    page_id: Mapped[uuid.UUID]
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    review_by: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]


def care_of(page: Page) -> PageCare | None:
    """Return who answers for a page and until when, or None where nobody said."""
    return db.session.scalar(select(PageCare).where(PageCare.page_id == page.id))


def owner_of(care: PageCare | None) -> str:
    """Return the owner's name, or nothing."""
    if care is None or care.owner_id is None:
        return ""
    return db.session.scalar(select(Person.name).where(Person.id == care.owner_id)) or ""


def possible_owners(page: Page, account: AccountRef, by: Actor) -> dict[uuid.UUID, str]:
    """Return who can be made the owner, by name.

    Oneself, the author, who is it already; and, for those who may see people, everybody who was
    given a role here or above.
    """
    care = care_of(page)
    ids = {by.person_id, page.author_id, care.owner_id if care else None} - {None}
    if can(by, Permission.ACCESS_VIEW, account).allowed:
        ids |= {grant.person_id for grant in grants_at(account.path, now()) if grant.person_id}
    query = select(Person.id, Person.name).where(Person.id.in_(ids)).order_by(Person.name)
    return {row.id: row.name for row in db.session.execute(query)}


def set_care(
    page: Page,
    account: AccountRef,
    owner: tuple[uuid.UUID, str] | None,
    review_by: datetime | None,
    *,
    by: Actor,
    reason: str = "",
) -> None:
    """Say who answers for a page (id and name) and by when it is reviewed, and record it.

    Whoever is the owner is reminded when the time has come. Raises Denied and Problem.
    """
    authorize_edit(by, page, account)
    db.session.flush()
    db.session.refresh(page, with_for_update=True)
    refuse_trashed(page)
    row = care_of(page)
    before = (owner_of(row), row.review_by if row else None)
    if row is None:
        row = PageCare(tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id)
        db.session.add(row)
    row.owner_id = owner[0] if owner else None
    row.review_by, row.reminded_at = review_by, None
    after = (owner[1] if owner else "", review_by)
    if before == after:
        return
    record(
        Event.PAGE_CARE_SET, page, by=by, reason=reason,
        changes={name: [old, new] for name, old, new in
                 zip(("owner", "review by"), before, after, strict=True) if old != new},
    )  # fmt: skip
    db.session.flush()


def carry_care(page: Page, arrived: Page, *, by: Actor) -> None:
    """Have a page that came from another account looked after as it was, and record it."""
    row = care_of(page)
    if row is None or (row.owner_id is None and row.review_by is None):
        return
    db.session.add(
        PageCare(
            tenant_id=arrived.tenant_id,
            account_id=arrived.account_id,
            page_id=arrived.id,
            owner_id=row.owner_id,
            review_by=row.review_by,
            reminded_at=row.reminded_at,
        )
    )
    said: dict[str, list[Any]] = {
        "owner": ["", owner_of(row)], "review by": [None, row.review_by],
    }  # fmt: skip
    changes = {what: change for what, change in said.items() if change[1]}
    record(Event.PAGE_CARE_SET, arrived, by=by, changes=changes)


def is_due(moment: datetime) -> ColumnElement[bool]:
    """Return the condition of a page being due for review at a moment."""
    return (
        select(PageCare.id)
        .where(PageCare.page_id == Page.id, PageCare.review_by <= moment)
        .exists()
    )
