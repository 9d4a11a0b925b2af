"""Policies: set at any account, kept by all below it, tightened there but never loosened.

What holds at an account is worked out from all that is set on its path, each time it is asked;
nothing of it is stored. So it follows at once when an account above tightens, or when it is moved.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, Uuid, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, UtcDateTime, db
from tenants.policy_kinds import Among, Bound, Kind, SwitchedOn
from tenants.prepared import by_key
from tenants.roles import in_force
from tenants.scope import TenantOrBuiltIn, tenant_at_large
from tenants.step_kinds import Steps

RETENTION = "trail_retention_days"
UPLOAD_TYPES = (
    "application/pdf", "application/zip", "audio/mpeg", "image/avif", "image/gif", "image/jpeg",
    "image/png", "image/svg+xml", "image/webp", "text/csv", "text/plain", "video/mp4",
)  # fmt: skip


@dataclass(frozen=True)
class Spec:
    """A policy of the catalogue. `default` is what holds where nobody set it."""

    key: str
    title: str
    sentence: str
    kind: Kind
    default: Any


CATALOGUE: dict[str, Spec] = {
    spec.key: spec
    for spec in (
        Spec("second_factor", "Second factor",
             "People need a second factor to sign in.", SwitchedOn(), False),
        Spec("session_idle_minutes", "Session unused",
             "People are signed out when they did nothing for so long.",
             Bound(5, 20_160, "minutes", "minute", min), None),
        Spec("session_total_hours", "Session in all",
             "People are signed out so long after they signed in, whatever they do.",
             Bound(1, 720, "hours", "hour", min), None),
        Spec("fewest_admins", "Fewest admins",
             "So many people must be able to manage each account that has admins of its own.",
             Bound(1, 20, "people", "person", max), 1),
        Spec("review_steps", "Review steps",
             "So many others must approve a text before it is published.",
             Bound(0, 5, "steps", "step", max), 0),
        Spec("workflow", "Workflow",
             "A text goes through these steps before it is published.", Steps(), []),
        Spec(RETENTION, "Trail kept",
             "The trail is kept for so long before it may be let go.",
             Bound(1, 36_500, "days", "day", max), None),
        Spec("upload_types", "Files allowed",
             "Only files of these types can be uploaded.", Among(UPLOAD_TYPES), list(UPLOAD_TYPES)),
    )
}  # fmt: skip


class Policy(Keyed, TenantOrBuiltIn, Audited, Base):
    """A policy set at an account, from when until when. Ended, never changed.

    The house's have no tenant: everybody may read them, and only work across all tenants writes.
    """

    __tablename__ = "policy"
    __table_args__ = (
        Index(
            "uq_policy_current", "account_id", "key", unique=True,
            postgresql_where="ended_at IS NULL", sqlite_where="ended_at IS NULL",
        ),
    )  # fmt: skip

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    value: Mapped[Any] = mapped_column(JSON)
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    set_by_label: Mapped[str] = mapped_column(String(300), default="")
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")
    because: Mapped[str] = mapped_column(Text, default="")

    @property
    def label(self) -> str:
        """Return how the trail names this policy."""
        spec = CATALOGUE.get(self.key)
        return f"the policy “{spec.title if spec else self.key}”"


@dataclass(frozen=True)
class Source:
    """An account that set a value which holds."""

    account_id: uuid.UUID
    account_name: str
    value: Any


@dataclass(frozen=True)
class Effective:
    """What holds at an account, and who set it: empty for the default.

    One source for a number or a switch, the topmost account that set it; for sets and lists each
    account that took something away or added something.
    """

    spec: Spec
    value: Any
    sources: tuple[Source, ...] = ()

    @property
    def words(self) -> str:
        """Return the value as people read it."""
        return self.spec.kind.words(self.value)


def effective(account: AccountRef, at: datetime | None = None) -> dict[str, Effective]:
    """Return what holds at an account, for every policy by key, at an instant (UTC, now).

    One statement. For the past, give the account as it stood then (`past.account_as_of`).
    """
    return _fold(account.path, _set_on(account.path, at))


def effective_each(accounts: Iterable[AccountRef]) -> list[dict[str, Effective]]:
    """Return what holds now at each of some accounts, in their order. One statement."""
    asked = list(accounts)
    rows = list(_set_on({node for account in asked for node in account.path}, None))
    return [
        _fold(account.path, [row for row in rows if row.account_id in account.path])
        for account in asked
    ]


def inherited(account: AccountRef) -> dict[str, Effective]:
    """Return what would hold at an account if nothing were set there itself. One statement."""
    above = account.path[:-1]
    return _fold(above, _set_on(above, None))


def fewest_admins(account: AccountRef) -> int:
    """Return how many people must be able to manage an account."""
    return int(effective(account)["fewest_admins"].value)


def own_policies(account: AccountRef) -> list[Policy]:
    """Return everything ever set at an account itself, the latest first, at most 200."""
    query = select(Policy).where(Policy.account_id == account.id)
    query = query.order_by(Policy.since.desc(), Policy.id.desc()).limit(200)
    return list(db.session.scalars(query))


SESSION_LIMITS = ("session_idle_minutes", "session_total_hours")


@cache
def _limits_query() -> Select[Any]:
    """Return the statement of the policies on sessions; every request asks, so it is made once."""
    accounts = bindparam("worked_at", type_=Uuid(), expanding=True)
    above = select(AccountClosure.ancestor_id).where(AccountClosure.descendant_id.in_(accounts))
    query = select(Policy.key, Policy.value).where(
        Policy.key.in_(SESSION_LIMITS), Policy.account_id.in_(above), Policy.ended_at.is_(None)
    )
    return by_key(query)


def session_limits(account_ids: Collection[uuid.UUID]) -> tuple[timedelta | None, timedelta | None]:
    """Return how long a session may be unused and last at most, for whoever works at all of these.

    The tightest of what holds at any of them; None without a rule. One statement. Needs a scope
    that reaches them: the directory's.
    """
    found: dict[str, int] = {}
    for key, value in db.session.execute(_limits_query(), {"worked_at": list(account_ids)}):
        found[key] = min(found.get(key, value), value)
    idle, total = (found.get(key) for key in SESSION_LIMITS)
    return (
        timedelta(minutes=idle) if idle else None,
        timedelta(hours=total) if total else None,
    )


def _set_on(nodes: Collection[uuid.UUID], at: datetime | None) -> Iterable[Any]:
    with tenant_at_large():
        asked = {"nodes": list(nodes), "moment": at or now()}
        return db.session.execute(_set_query(), asked).all()


@cache
def _set_query() -> Select[Any]:
    moment: Any = bindparam("moment", type_=UtcDateTime())
    nodes: Any = bindparam("nodes", type_=Uuid(), expanding=True)
    query = select(Policy.key, Policy.value, Policy.account_id, Account.name)
    query = query.outerjoin(Account, Account.id == Policy.account_id)
    return by_key(query.where(Policy.account_id.in_(nodes), *in_force(Policy, moment)))


def _fold(path: tuple[uuid.UUID, ...], rows: Iterable[Any]) -> dict[str, Effective]:
    """Return the tightest of what is set on a path, from the top down."""
    order = {node: depth for depth, node in enumerate(path)}
    found = {key: Effective(spec, spec.default) for key, spec in CATALOGUE.items()}
    for row in sorted(rows, key=lambda row: order[row.account_id]):
        if row.key in found:
            source = Source(row.account_id, row.name or "the house", row.value)
            found[row.key] = _tightened(found[row.key], source)
    return found


def _tightened(held: Effective, source: Source) -> Effective:
    kind = held.spec.kind
    value = kind.join(held.value, source.value)
    if held.sources and value == held.value:
        return held
    several = isinstance(kind, Among | Steps)
    return Effective(held.spec, value, (*held.sources, source) if several else (source,))
