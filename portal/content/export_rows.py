"""Exports that are made beside other work: what was asked for, how far it is, where the file is."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.scope import TenantScoped

KEPT = timedelta(days=7)
LOST_AFTER = timedelta(minutes=15)
"""One at work that was silent for so long has lost its worker."""
MOST_TRIES = 3
FORMATS = {
    "markdown": "Markdown files in a ZIP", "csv": "CSV table", "wordpress": "WordPress export (XML)"
}  # fmt: skip
OPEN = ("waiting", "working")


class ExportRun(Keyed, TenantScoped, Base):
    """One export of an account's content, at most one at a time in an account.

    `done` of `total` pages and files are written. `tries` tells which worker has it: what an
    earlier one still has to say is not heard. `key` is where the file is kept, and empty before
    and after. `folders` are the folders of the library whose files are in it, `with_people` tells
    whether e-mail addresses may be. Its steps are events; how far it is is not, so it is not
    `Audited`.
    """

    __tablename__ = "export_run"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint(
            "state IN ('waiting', 'working', 'done', 'failed', 'cancelled')", name="state"
        ),
        Index("ix_export_run_state", "state", "created_at"),
        Index(
            "uq_export_run_open", "account_id", unique=True,
            postgresql_where="state IN ('waiting', 'working')",
            sqlite_where="state IN ('waiting', 'working')",
        ),
    )  # fmt: skip

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    person_label: Mapped[str] = mapped_column(String(300))
    format: Mapped[str] = mapped_column(String(16))
    which: Mapped[str] = mapped_column(String(16))
    with_files: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    files: Mapped[int] = mapped_column(default=0)
    missing: Mapped[list[Any]] = mapped_column(default=list)
    folders: Mapped[list[Any]] = mapped_column(default=list)
    with_people: Mapped[bool] = mapped_column(default=False)
    key: Mapped[str | None] = mapped_column(String(200))
    ending: Mapped[str] = mapped_column(String(8), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    beat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this export."""
        return FORMATS.get(self.format, self.format)

    @property
    def open(self) -> bool:
        """Tell whether it waits or is at work."""
        return self.state in OPEN

    @property
    def kept_until(self) -> datetime | None:
        """Return when its file is let go of (UTC), or None when there is none."""
        return self.finished_at + KEPT if self.key and self.finished_at else None
