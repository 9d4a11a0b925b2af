"""Names of revisions: “as sent to the printer”."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.drafting import authorize_edit
from portal.content.pages import Page, Revision
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import Audited, excuse, record
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor
from tenants.events import Event
from tenants.scope import TenantScoped

LENGTH = 200


class RevisionName(Keyed, TenantScoped, Audited, Base):
    """What people call a revision. The revision itself never changes."""

    __tablename__ = "revision_name"
    __table_args__ = (
        UniqueConstraint("tenant_id", "revision_id"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "revision_id"], ["revision.tenant_id", "revision.id"]),
    )

    page_id: Mapped[uuid.UUID] = mapped_column(index=True)
    revision_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(String(LENGTH))
    named_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    named_by_label: Mapped[str] = mapped_column(String(300))
    named_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def label(self) -> str:
        """Return how the trail names it."""
        return self.name


def names_of(revisions: Iterable[Revision]) -> dict[uuid.UUID, RevisionName]:
    """Return the names of those revisions that have one, by the revision's id."""
    ids = {each.id for each in revisions}
    query = select(RevisionName).where(RevisionName.revision_id.in_(ids))
    return {name.revision_id: name for name in db.session.scalars(query)}


def carry_names(arrived: Page, revisions: Mapping[uuid.UUID, Revision]) -> None:
    """Call revisions that were written again, by the ids they had, as they were called."""
    query = select(RevisionName).where(RevisionName.revision_id.in_(list(revisions)))
    for name in db.session.scalars(query).all():
        row = RevisionName(
            tenant_id=arrived.tenant_id, account_id=arrived.account_id, page_id=arrived.id,
            revision_id=revisions[name.revision_id].id, name=name.name, named_at=name.named_at,
            named_by_id=name.named_by_id, named_by_label=name.named_by_label,
        )  # fmt: skip
        db.session.add(row)
        excuse(row, "It was named at the old place; the page's event tells that it came.")


def name_revision(
    page: Page, revision: Revision, name: str, account: AccountRef, *, by: Actor
) -> None:
    """Give a revision a name, or with an empty one take its name away, and record it.

    Raises Denied, and Problem for a name that does not fit.
    """
    authorize_edit(by, page, account)
    name = " ".join(name.split())
    if len(name) > LENGTH:
        raise Problem(f"The name has {len(name):,} characters; {LENGTH} fit.")
    row = db.session.scalar(select(RevisionName).where(RevisionName.revision_id == revision.id))
    before = row.name if row else ""
    if name == before:
        return
    if row is None:
        row = RevisionName(
            tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
            revision_id=revision.id,
        )  # fmt: skip
        db.session.add(row)
    row.name, row.named_at = name, now()
    row.named_by_id, row.named_by_label = by.person_id, by.name or by.label
    excuse(row, "The page's event tells of it, where people look for it.")
    record(
        Event.REVISION_NAMED if name else Event.REVISION_UNNAMED, page, by=by,
        revision=revision.number, name=name or before, changes={"name": [before, name]},
    )  # fmt: skip
    if not name:
        db.session.delete(row)
    db.session.flush()
