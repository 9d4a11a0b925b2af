"""Views of the trail that somebody saved: a name for a filter, at one account, for himself."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, authorize
from tenants.permissions import Permission
from tenants.scope import TenantScoped

MOST = 30


class TrailView(Keyed, TenantScoped, Base):
    """A saved filter. It is its person's own, says nothing of others, and is in no trail."""

    __tablename__ = "trail_view"
    __table_args__ = (UniqueConstraint("tenant_id", "account_id", "person_id", "name"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=now)


def saved_views(account: AccountRef, by: Actor) -> list[TrailView]:
    """Return the person's own views at an account, by name."""
    query = select(TrailView).where(
        TrailView.account_id == account.id, TrailView.person_id == by.person_id
    )
    return list(db.session.scalars(query.order_by(TrailView.name).limit(MOST)))


def save_view(account: AccountRef, name: str, query: str, *, by: Actor) -> TrailView:
    """Keep a filter under a name; one of the same name is replaced. Raises Denied and Problem."""
    authorize(by, Permission.TRAIL_VIEW, account)
    if by.person_id is None:
        raise Problem("A view belongs to a person.")
    there = saved_views(account, by)
    row = next((view for view in there if view.name == name), None)
    if row is None:
        if len(there) >= MOST:
            raise Problem(f"You have {MOST} saved views here. Delete one first.")
        row = TrailView(
            tenant_id=account.tenant_id, account_id=account.id, person_id=by.person_id, name=name
        )
        db.session.add(row)
    row.query = query
    db.session.flush()
    return row


def delete_view(view_id: uuid.UUID, account: AccountRef, *, by: Actor) -> bool:
    """Delete one of one's own views; False when there is none."""
    done = db.session.execute(
        delete(TrailView).where(
            TrailView.id == view_id, TrailView.account_id == account.id,
            TrailView.person_id == by.person_id,
        )
    )  # fmt: skip
    return bool(done.rowcount)  # type: ignore[attr-defined]  # of a DELETE there is one
