"""Imports from other systems: the file as handed in, how far it got, what came of it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.scope import TenantScoped

STUCK_AFTER = timedelta(minutes=10)


class ImportRun(Keyed, TenantScoped, Audited, Base):
    """One file handed in, as a dry run or for real.

    `format` is a key of `exchange.model.FORMATS`, or empty for what was handed in before there were
    several. Without `publish` everything comes as a draft. `data` is emptied when it was imported
    or cannot be read. One that is `working` since longer than STUCK_AFTER has lost its worker and
    is taken up again: doing it twice changes nothing.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'working', 'done', 'failed')", name="state"),
        Index("ix_import_run_state", "state", "created_at"),
    )

    filename: Mapped[str] = mapped_column(Text)
    data: Mapped[bytes | None] = mapped_column(deferred=True)
    format: Mapped[str] = mapped_column(String(16), default="")
    publish: Mapped[bool] = mapped_column(default=True)
    dry_run: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lines: Mapped[list[Any]] = mapped_column(default=list, deferred=True)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this import."""
        return self.filename


class ImportedItem(Keyed, TenantScoped, Base):
    """What a thing in a foreign export became here, so that importing it again changes nothing."""

    __tablename__ = "imported_item"
    __table_args__ = (UniqueConstraint("account_id", "source", "kind", "source_id"),)

    source: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    source_id: Mapped[str] = mapped_column(Text)
    target_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
