"""Views of a list that somebody saved: a name for filters, at one account, for himself."""

import uuid
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Select,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, authorize
from tenants.permissions import Permission
from tenants.prepared import by_key
from tenants.scope import TenantScoped

MOST = 30
Of = Literal["pages", "schedules", "trail"]
RIGHTS: dict[Of, Permission] = {
    "pages": Permission.PAGE_VIEW, "schedules": Permission.SCHEDULE_VIEW,
    "trail": Permission.TRAIL_VIEW,
}  # fmt: skip
"""The lists that views are saved of, and the right to look at each."""


class SavedView(Keyed, TenantScoped, Base):
    """Saved filters. They are their person's own, say nothing of others, and are in no trail."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("tenant_id", "account_id", "person_id", "of", "name"),
        CheckConstraint("of IN ('pages', 'schedules', 'trail')", name="of"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    of: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


def saved_views(of: Of, account: AccountRef, by: Actor) -> list[SavedView]:
    """Return the person's own views of a list at an account, by name."""
    asked = {"at_account": account.id, "of_person": by.person_id, "of_list": of}
    return list(db.session.scalars(_own_query(), asked))


@cache
def _own_query() -> Select[Any]:
    """Return the statement of a person's views, which every list asks, made once."""
    query = select(SavedView).where(
        SavedView.account_id == bindparam("at_account", type_=Uuid()),
        SavedView.person_id == bindparam("of_person", type_=Uuid()),
        SavedView.of == bindparam("of_list", type_=String()),
    )
    return by_key(query.order_by(SavedView.name).limit(MOST))


def save_view(of: Of, account: AccountRef, name: str, query: str, *, by: Actor) -> SavedView:
    """Keep filters under a name; those of the same name are replaced. Raises Denied and Problem."""
    authorize(by, RIGHTS[of], account)
    name = " ".join(name.split())
    if not name or len(name) > 80 or "\x00" in name:
        raise Problem("Give the view a name of at most 80 characters.")
    if by.person_id is None:
        raise Problem("A view belongs to a person.")
    there = saved_views(of, account, by)
    row = next((view for view in there if view.name == name), None)
    if row is None:
        if len(there) >= MOST:
            raise Problem(f"You have {MOST} saved views here. Delete one first.")
        row = SavedView(
            tenant_id=account.tenant_id, account_id=account.id, person_id=by.person_id, of=of,
            name=name,
        )  # fmt: skip
        db.session.add(row)
    row.query = query
    db.session.flush()
    return row


def delete_view(of: Of, view_id: uuid.UUID, account: AccountRef, *, by: Actor) -> bool:
    """Delete one of one's own views of a list; False when there is none."""
    done = db.session.execute(
        delete(SavedView).where(
            SavedView.id == view_id, SavedView.account_id == account.id,
            SavedView.person_id == by.person_id, SavedView.of == of,
        )
    )  # fmt: skip
    return bool(done.rowcount)  # type: ignore[attr-defined]  # of a DELETE there is one
