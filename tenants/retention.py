"""How long a trail is kept, and holds that keep all of it for a dispute.

Without a number of days at the master nothing of a tenant is ever purged. An account below may ask
for longer than what it inherits, never for shorter: evidence may be kept, not lost, by who is held
by it. A hold anywhere in a tenant stops every purge of that tenant.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.audit import Audited, excuse, record
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, authorize, can
from tenants.engines import is_reading
from tenants.events import Event
from tenants.permissions import Permission
from tenants.scope import TenantScoped
from tenants.seals import AuditPurge

SHORTEST, LONGEST = 30, 36_500
HOLDS_SHOWN = 100


class CannotKeep(ValueError):
    """The retention or hold cannot be as asked; the message says why and what can."""


class TrailRetention(Keyed, TenantScoped, Audited, Base):
    """How many days an account keeps its events; None: what is set above it, or for ever."""

    __tablename__ = "trail_retention"
    __table_args__ = (
        UniqueConstraint("account_id"),
        CheckConstraint(f"days >= {SHORTEST}", name="days"),
    )

    days: Mapped[int | None]

    @property
    def label(self) -> str:
        """Return how the trail names this row."""
        return "the trail's retention"


class TrailHold(Keyed, TenantScoped, Audited, Base):
    """A dispute for which nothing of a tenant's trail is purged, until it is ended."""

    __tablename__ = "trail_hold"

    name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    by_house: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(default=now)
    started_by_label: Mapped[str] = mapped_column(String(300))
    ended_at: Mapped[datetime | None]
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")

    @property
    def label(self) -> str:
        """Return how the trail names this hold."""
        return self.name


@dataclass(frozen=True)
class Kept:
    """What is set at an account itself, and what it has from above and from whom."""

    own: int | None
    inherited: int | None
    source: str

    @property
    def days(self) -> int | None:
        """Return the days in effect; None means for ever."""
        return self.own if self.own is not None else self.inherited


def kept_at(account: AccountRef) -> Kept:
    """Return an account's retention, one statement. Needs the tenant's whole scope."""
    query = (
        select(TrailRetention.account_id, TrailRetention.days, Account.name)
        .join(Account, Account.id == TrailRetention.account_id)
        .where(TrailRetention.account_id.in_(account.path), TrailRetention.days.is_not(None))
    )
    found = {row.account_id: row for row in db.session.execute(query)}
    own = found.pop(account.id, None)
    above = next((found[each] for each in reversed(account.path) if each in found), None)
    return Kept(
        own.days if own else None, above.days if above else None, above.name if above else ""
    )


def set_days(account: AccountRef, days: int | None, *, by: Actor, reason: str = "") -> None:
    """Keep an account's events for `days`, or (None) for as long as what is above says.

    Raises Denied and CannotKeep. Needs the tenant's whole scope.
    """
    authorize(by, Permission.TRAIL_MANAGE, account)
    kept = kept_at(account)
    if days is not None:
        _check_days(account, days, kept)
    lock_settings(account.tenant_id)
    row = db.session.scalar(select(TrailRetention).where(TrailRetention.account_id == account.id))
    if row is None:
        row = TrailRetention(tenant_id=account.tenant_id, account_id=account.id)
        db.session.add(row)
    before, row.days = row.days, days
    if before != days:
        record(
            Event.TRAIL_RETENTION_SET, account, by=by, reason=reason, account_id=account.id,
            tenant_id=account.tenant_id, changes={"days": [before, days]},
            kept=f"for {days:,} days" if days else "as long as is set above it",
        )  # fmt: skip
        excuse(row, "The event tells of it at the account, where people look for it.")


def _check_days(account: AccountRef, days: int, kept: Kept) -> None:
    if not SHORTEST <= days <= LONGEST:
        raise CannotKeep(f"Choose a number of days from {SHORTEST} to {LONGEST:,}.")
    if account.id == account.tenant_id:
        return
    if kept.inherited is None:
        raise CannotKeep(
            "The master keeps its trail for ever, and so does every account below it. "
            "Set a number of days at the master first."
        )
    if days < kept.inherited:
        raise CannotKeep(
            f"{kept.source} keeps the trail for {kept.inherited:,} days; "
            "an account below may keep it longer, never shorter."
        )


def lock_settings(tenant_id: uuid.UUID) -> None:
    """Wait for, and keep out, whoever purges this tenant or changes what may be purged."""
    query = select(Account.id).where(Account.id == tenant_id).with_for_update()
    db.session.execute(query)


def start_hold(account: AccountRef, name: str, reason: str, *, by: Actor) -> TrailHold:
    """Keep all of the tenant's trail until the hold is ended. Raises Denied."""
    decision = authorize(by, Permission.TRAIL_MANAGE, account)
    lock_settings(account.tenant_id)
    holding = decision.holding
    row = TrailHold(
        tenant_id=account.tenant_id, account_id=account.id, name=name, reason=reason,
        started_by_label=by.label,
        by_house=holding is not None and holding.tenant_id != account.tenant_id,
    )  # fmt: skip
    db.session.add(row)
    record(Event.TRAIL_HOLD_STARTED, row, by=by, reason=reason, changes={})
    return row


def end_hold(row: TrailHold, account: AccountRef, *, by: Actor, reason: str) -> None:
    """End a hold; one that the house's staff started only they can end.

    Raises Denied and CannotKeep.
    """
    decision = authorize(by, Permission.TRAIL_MANAGE, account)
    holding = decision.holding
    if row.by_house and holding is not None and holding.tenant_id == account.tenant_id:
        raise CannotKeep("The house’s staff started this hold. Only they can end it.")
    if row.ended_at is not None:
        raise CannotKeep(f"This hold was ended already, by {row.ended_by_label}.")
    row.ended_at, row.ended_by_label = now(), by.label
    record(Event.TRAIL_HOLD_ENDED, row, by=by, reason=reason)


def may_end(row: TrailHold, account: AccountRef, by: Actor) -> bool:
    """Tell whether `by` could end an open hold."""
    holding = can(by, Permission.TRAIL_MANAGE, account).holding
    return not row.by_house or holding is None or holding.tenant_id != account.tenant_id


def holds(account: AccountRef) -> list[TrailHold]:
    """Return the holds at an account and below: open ones first, then the last; at most 100."""
    below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id == account.id)
    query = (
        select(TrailHold)
        .where(TrailHold.account_id.in_(below))
        .order_by(TrailHold.ended_at.is_not(None), TrailHold.started_at.desc(), TrailHold.id)
    )
    return list(db.session.scalars(query.limit(HOLDS_SHOWN)))


def is_held() -> bool:
    """Tell whether any hold keeps the trail of the tenant in scope. Needs its whole scope."""
    query = select(TrailHold.id).where(TrailHold.ended_at.is_(None)).limit(1)
    return db.session.scalar(query) is not None


def hold_by_id(hold_id: uuid.UUID, account: AccountRef) -> TrailHold | None:
    """Return a hold of this account, or None; locked where one may write."""
    query = select(TrailHold).where(TrailHold.id == hold_id, TrailHold.account_id == account.id)
    return db.session.scalar(query if is_reading() else query.with_for_update())


def last_purge() -> AuditPurge | None:
    """Return the record of the last purge of the tenant in scope, or None."""
    return db.session.scalar(select(AuditPurge).order_by(AuditPurge.position.desc()).limit(1))
