"""Notices about schedules, of one page or of many, and marks of what was missed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from tenants.db import UtcDateTime

revision = "0330"
down_revision = "0320"
branch_labels = None
depends_on = None

KINDS = ("asked", "assigned", "approved", "passed", "rejected", "voided", "reminder", "escalated",
         "mention", "reply", "outside", "opinion", "release")  # fmt: skip
NEW_KINDS = ("done", "held", "failed", "skipped", "missed", "problem", "rules")
INDEXED = {"schedule": ["missed_at", "account_id"], "release": ["missed_at"]}
MISSED = sa.text("missed_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.alter_column("page_id", existing_type=sa.Uuid(), nullable=True)
        batch.add_column(sa.Column("schedule_id", sa.Uuid(), nullable=True))
        _let_kinds_be(batch, (*KINDS, *NEW_KINDS))
    op.add_column("release", sa.Column("missed_at", UtcDateTime(), nullable=True))
    for table, columns in INDEXED.items():
        op.create_index(
            f"ix_{table}_missed", table, columns, sqlite_where=MISSED, postgresql_where=MISSED
        )


def downgrade() -> None:
    for table in INDEXED:
        op.drop_index(f"ix_{table}_missed", table)
    op.drop_column("release", "missed_at")
    op.execute(f"DELETE FROM notification WHERE kind IN {NEW_KINDS}")  # noqa: S608  constants
    with op.batch_alter_table("notification") as batch:
        _let_kinds_be(batch, KINDS)
        batch.drop_column("schedule_id")
        batch.alter_column("page_id", existing_type=sa.Uuid(), nullable=False)


def _let_kinds_be(batch: Any, kinds: tuple[str, ...]) -> None:
    batch.drop_constraint(op.f("ck_notification_kind"), type_="check")
    batch.create_check_constraint(op.f("ck_notification_kind"), f"kind IN {kinds}")
