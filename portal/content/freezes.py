"""Freezes: times when nothing goes live or offline, at an account and all below it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.scope import TenantOrBuiltIn

NAME_LENGTH = 100


class Freeze(Keyed, TenantOrBuiltIn, Audited, Base):
    """From `since` to before `until` (UTC) nothing goes live or offline. Lifted, never deleted.

    `zone` is the clock it was asked in. The house's have no tenant: everybody may read them, and
    only work across all tenants writes them.
    """

    __tablename__ = "freeze"
    __table_args__ = (
        CheckConstraint("since < until", name="span"),
        Index("ix_freeze_account_id_until", "account_id", "until"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    since: Mapped[datetime]
    until: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by_label: Mapped[str] = mapped_column(String(300), default="")
    lifted_at: Mapped[datetime | None]
    lifted_by_label: Mapped[str] = mapped_column(String(300), default="")

    @property
    def label(self) -> str:
        """Return how the trail names this freeze."""
        return f"“{self.name}”"
