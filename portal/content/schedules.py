"""Schedules: what is to happen to a page, which text, when, and on whose authority."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    bindparam,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.scope import TenantScoped

What = Literal["publish", "unpublish"]
State = Literal["pending", "done", "held", "skipped", "failed", "cancelled"]
LatePolicy = Literal["publish", "skip", "ask"]
STATES: tuple[State, ...] = ("pending", "held", "failed", "done", "skipped", "cancelled")
OPEN: tuple[State, ...] = ("pending", "held", "failed")
"""States that a person can still move or cancel."""
STUCK: tuple[State, ...] = ("held", "failed")
"""States that wait for a person."""
LATE_MINUTES = 60
MOST_LATE_MINUTES = 10_080


@dataclass(frozen=True)
class Late:
    """What is to happen when nothing could be carried out until `minutes` after its time."""

    policy: LatePolicy = "publish"
    minutes: int = LATE_MINUTES


class Schedule(Keyed, TenantScoped, Audited, Base):
    """The row is the truth; queues only wake the workers.

    `due_at` is UTC; `wall_time`, `zone` and `offset_minutes` are how it was asked for.
    `approver_id` is whose right to publish is asked for again at the due moment. More than
    `late_minutes` after it, `late_policy` says what happens. `missed_at` is when somebody noticed
    that nobody had carried it out; `told_at` when people were told how it ended; `problems` what
    stood in the way when it was last looked at beforehand (`checked_at`); `rules_at` the instant
    that the wall time means by today's rules of the zone, when that is another one. Whoever ran
    it by hand, whatever its time, stands in `run_by_label`.
    """

    __tablename__ = "schedule"
    __derived__ = frozenset({"told_at", "checked_at", "problems", "rules_at"})
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        ForeignKeyConstraint(["tenant_id", "revision_id"], ["revision.tenant_id", "revision.id"]),
        CheckConstraint("what IN ('publish', 'unpublish')", name="what"),
        CheckConstraint(
            "state IN ('pending', 'done', 'held', 'skipped', 'failed', 'cancelled')", name="state"
        ),
        CheckConstraint("late_policy IN ('publish', 'skip', 'ask')", name="late_policy"),
        Index("ix_schedule_page_id", "page_id", "state"),
        Index("ix_schedule_account_id_due", "account_id", "due_at", "id"),
        Index("ix_schedule_tenant_id_when", "tenant_id", "due_at", "id"),
    )

    # Indexes of their own would repeat the beginnings of those above.
    tenant_id: Mapped[uuid.UUID] = mapped_column()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    page_id: Mapped[uuid.UUID]
    page_title: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(String(16))
    revision_id: Mapped[uuid.UUID | None]
    revision_digest: Mapped[str | None] = mapped_column(String(64))
    due_at: Mapped[datetime]
    wall_time: Mapped[str] = mapped_column(String(32))
    zone: Mapped[str] = mapped_column(String(64))
    offset_minutes: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="pending")
    moves: Mapped[int] = mapped_column(default=0)
    approver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    approver_label: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]
    cause: Mapped[str] = mapped_column(Text, default="")
    late_policy: Mapped[str] = mapped_column(String(8), default="publish")
    late_minutes: Mapped[int] = mapped_column(default=LATE_MINUTES)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    problems: Mapped[list[Any]] = mapped_column(default=list)
    rules_at: Mapped[datetime | None]
    run_by_label: Mapped[str] = mapped_column(String(300), default="")

    @property
    def label(self) -> str:
        """Return how the trail names this schedule."""
        return self.page_title

    @property
    def delay_ms(self) -> int | None:
        """Return how long after the due moment it was carried out, in milliseconds.

        None for what is not done, and for what somebody ran by hand.
        """
        if self.done_at is None or self.run_by_label:
            return None
        return round((self.done_at - self.due_at).total_seconds() * 1000)


def _index(name: str, *columns: Any, where: Any) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


# Their values stand in the statement: an index for some rows is not used for values given later.
_PENDING_ONE: Any = bindparam("pending", "pending", literal_execute=True)


def is_pending(kind: Any) -> ColumnElement[bool]:
    """Return the condition that a schedule or a release still waits to be carried out.

    `kind` is `Schedule`, `Release` or an alias of one.
    """
    found: ColumnElement[bool] = kind.state == _PENDING_ONE
    return found


_PENDING = is_pending(Schedule)
_OPEN_ONES: Any = bindparam("open_states", OPEN, expanding=True, literal_execute=True)
IS_OPEN = Schedule.state.in_(_OPEN_ONES)
_index("ix_schedule_open", Schedule.account_id, Schedule.state, Schedule.due_at, Schedule.id,
       where=IS_OPEN)  # fmt: skip
_index("ix_schedule_due", Schedule.state, Schedule.due_at, Schedule.tenant_id, where=_PENDING)
_index("ix_schedule_tenant_id_due", Schedule.tenant_id, Schedule.state, Schedule.due_at,
       Schedule.id, where=_PENDING)  # fmt: skip
_index("ix_schedule_missed", Schedule.missed_at, Schedule.account_id,
       where=Schedule.missed_at.is_not(None))  # fmt: skip
_index("ix_schedule_untold", Schedule.told_at, Schedule.account_id, Schedule.due_at, Schedule.id,
       where=Schedule.told_at.is_(None)
       & Schedule.state.in_(("done", "held", "skipped", "failed")))  # fmt: skip
