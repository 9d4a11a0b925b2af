"""Notices about schedules, of one page or of many, and the index of what was missed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0330"
down_revision = "0302"
branch_labels = None
depends_on = None

KINDS = ("asked", "assigned", "approved", "passed", "rejected", "voided", "reminder", "escalated",
         "mention", "reply", "outside", "opinion")  # fmt: skip
NEW_KINDS = ("done", "held", "failed", "skipped", "missed", "problem", "rules")
MISSED = sa.text("missed_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.alter_column("page_id", existing_type=sa.Uuid(), nullable=True)
        batch.add_column(sa.Column("schedule_id", sa.Uuid(), nullable=True))
        _let_kinds_be(batch, (*KINDS, *NEW_KINDS))
    op.create_index(
        "ix_schedule_missed", "schedule", ["missed_at", "account_id"],
        sqlite_where=MISSED, postgresql_where=MISSED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_schedule_missed", "schedule")
    op.execute(f"DELETE FROM notification WHERE kind IN {NEW_KINDS}")  # noqa: S608  constants
    with op.batch_alter_table("notification") as batch:
        _let_kinds_be(batch, KINDS)
        batch.drop_column("schedule_id")
        batch.alter_column("page_id", existing_type=sa.Uuid(), nullable=False)


def _let_kinds_be(batch: Any, kinds: tuple[str, ...]) -> None:
    batch.drop_constraint(op.f("ck_notification_kind"), type_="check")
    batch.create_check_constraint(op.f("ck_notification_kind"), f"kind IN {kinds}")
