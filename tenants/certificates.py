"""What was erased when an account was closed: kept for good, and told by its digest."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, Keyed, db
from tenants.scope import TenantScoped


class ClosingCertificate(Keyed, TenantScoped, Base):
    """One closing of an account and all below it. Grows while it is erased, then stays as it is."""

    __tablename__ = "closing_certificate"

    asked_at: Mapped[datetime]
    asked_by_label: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(Text, default="")
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    accounts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    digest: Mapped[str] = mapped_column(String(64), default="")

    def add(self, account: dict[str, str], counts: dict[str, int]) -> None:
        """Note one account that was erased, with how many rows of each kind went."""
        self.accounts = [*self.accounts, account]
        names = sorted({*self.counts, *counts})
        self.counts = {name: self.counts.get(name, 0) + counts.get(name, 0) for name in names}

    def facts(self) -> dict[str, Any]:
        """Return all it says, as it is shown, downloaded and digested; times are UTC, ISO 8601."""
        return {
            "certificate": str(self.id),
            "asked_at": self.asked_at.isoformat(),
            "asked_by": self.asked_by_label,
            "reason": self.reason,
            "erased_from": self.begun_at.isoformat(),
            "erased_until": self.finished_at.isoformat() if self.finished_at else None,
            "accounts": self.accounts,
            "erased": self.counts,
            "kept": "The audit trail, the ended grants, and each account's name and handle.",
        }

    def sealed(self) -> str:
        """Return the SHA-256 of `facts` as JSON with sorted keys and no spaces, in hexadecimal."""
        text = json.dumps(self.facts(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def certificate_of(account_id: uuid.UUID) -> ClosingCertificate | None:
    """Return the account's certificate if it is inside the scope, finished or not, else None."""
    return db.session.scalar(
        select(ClosingCertificate).where(ClosingCertificate.account_id == account_id)
    )
