"""Views of a list that somebody saved: a name for filters, for himself."""

import uuid
from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, authorize
from tenants.permissions import Permission
from tenants.scope import TenantScoped

Kind = Literal["pages", "schedules"]
MOST = 30
SEEN_WITH: dict[Kind, Permission] = {
    "pages": Permission.PAGE_VIEW, "schedules": Permission.SCHEDULE_VIEW,
}  # fmt: skip


class ListView(Keyed, TenantScoped, Base):
    """Saved filters. They are their person's own, say nothing of others, and are in no trail."""

    __tablename__ = "list_view"
    __table_args__ = (UniqueConstraint("tenant_id", "account_id", "person_id", "kind", "name"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16), default="pages")
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


def list_views(account: AccountRef, by: Actor, kind: Kind = "pages") -> list[ListView]:
    """Return the person's own views of a list at an account, by name."""
    query = select(ListView).where(
        ListView.account_id == account.id, ListView.person_id == by.person_id,
        ListView.kind == kind,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(ListView.name).limit(MOST)))


def save_list_view(
    account: AccountRef, name: str, query: str, *, by: Actor, kind: Kind = "pages"
) -> ListView:
    """Keep filters under a name; those of the same name are replaced. Raises Denied and Problem."""
    authorize(by, SEEN_WITH[kind], account)
    name = " ".join(name.split())
    if not name or len(name) > 80 or "\x00" in name:
        raise Problem("Give the view a name of at most 80 characters.")
    there = list_views(account, by, kind)
    row = next((view for view in there if view.name == name), None)
    if row is None:
        if len(there) >= MOST:
            raise Problem(f"You have {MOST} saved views here. Delete one first.")
        row = ListView(
            tenant_id=account.tenant_id, account_id=account.id, person_id=by.person_id, name=name,
            kind=kind,
        )  # fmt: skip
        db.session.add(row)
    row.query = query
    db.session.flush()
    return row


def delete_list_view(
    view_id: uuid.UUID, account: AccountRef, *, by: Actor, kind: Kind = "pages"
) -> bool:
    """Delete one of one's own views; False when there is none."""
    done = db.session.execute(
        delete(ListView).where(
            ListView.id == view_id, ListView.account_id == account.id,
            ListView.person_id == by.person_id, ListView.kind == kind,
        )
    )  # fmt: skip
    return bool(done.rowcount)  # type: ignore[attr-defined]  # of a DELETE there is one
