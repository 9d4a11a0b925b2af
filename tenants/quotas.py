"""Limits on what an account may use together with everything below it: the rows.

A row stands only where somebody set a limit. It is changed in place, never replaced: whoever takes
from a pool locks its row, and sees what it says by then.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.scope import TenantOrBuiltIn

MOST = 2**53
"""No limit is greater: what browsers and JSON can still tell apart."""


class Resource(StrEnum):
    """What can be limited: its name, its heading, and how it is counted in a sentence."""

    heading: str
    units: str

    def __new__(cls, value: str, heading: str = "", units: str = "") -> "Resource":
        member = str.__new__(cls, value)
        member._value_ = value
        member.heading, member.units = heading, units
        return member

    PEOPLE = "people", "People", "people"
    ITEMS = "items", "Pages and posts", "pages and posts"
    STORAGE = "storage", "Storage", "bytes of files"
    SECONDARIES = "secondaries", "Accounts below", "accounts below it"
    SCHEDULES = "schedules", "Pending schedules", "pending schedules"


class Quota(Keyed, TenantOrBuiltIn, Audited, Base):
    """The most of one resource that an account and all below it may use; None: no limit now.

    Seen in the whole tenant: what stands above counts for those below.
    """

    __tablename__ = "quota"
    __table_args__ = (
        UniqueConstraint("account_id", "resource"),
        CheckConstraint("tenant_id IS NOT NULL", name="tenant"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    resource: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_by_label: Mapped[str] = mapped_column(String(300), default="")
    because: Mapped[str] = mapped_column(Text, default="")

    @property
    def label(self) -> str:
        """Return how the trail names this limit."""
        return f"the limit of {Resource(self.resource).units}"


class QuotaReached(ValueError):
    """A limit leaves no room; the message says whose, how much of it is used, and who can raise it.

    `account_id` is where the limit stands.
    """

    def __init__(
        self, message: str, *, resource: Resource, account_id: uuid.UUID, limit: int, used: int
    ) -> None:
        super().__init__(message)
        self.resource, self.account_id = resource, account_id
        self.limit, self.used = limit, used
