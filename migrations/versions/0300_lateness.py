"""What becomes of a schedule that comes late, fails, or is looked at before it is due."""

import sqlalchemy as sa
from alembic import op

from tenants.db import UtcDateTime

revision = "0300"
down_revision = "0210"
branch_labels = None
depends_on = None

STATES = ("pending", "done", "held", "skipped", "failed", "cancelled")
OLD_STATES = ("pending", "done", "held", "cancelled")
PENDING = sa.text("state = 'pending'")
UNTOLD = sa.text("told_at IS NULL AND state IN ('done', 'held', 'skipped', 'failed')")
NEW = (
    sa.Column("late_policy", sa.String(8), nullable=False, server_default="publish"),
    sa.Column("late_minutes", sa.Integer(), nullable=False, server_default="60"),
    sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("next_try_at", UtcDateTime()),
    sa.Column("missed_at", UtcDateTime()),
    sa.Column("told_at", UtcDateTime()),
    sa.Column("checked_at", UtcDateTime()),
    sa.Column("problems", sa.JSON(), nullable=False, server_default="[]"),
    sa.Column("rules_at", UtcDateTime()),
)


def upgrade() -> None:
    with op.batch_alter_table("schedule") as table:
        for column in NEW:
            table.add_column(column)
        table.drop_constraint(op.f("ck_schedule_state"), type_="check")
        table.create_check_constraint(op.f("ck_schedule_state"), f"state IN {STATES}")
        table.create_check_constraint(
            op.f("ck_schedule_late_policy"), "late_policy IN ('publish', 'skip', 'ask')"
        )
    op.execute("UPDATE schedule SET told_at = coalesce(done_at, created_at)")
    op.drop_index("ix_schedule_due", "schedule")
    _index("ix_schedule_due", ["due_at", "tenant_id"], PENDING)
    _index("ix_schedule_tenant_id_due", ["tenant_id", "due_at", "id"], PENDING)
    _index("ix_schedule_untold", ["tenant_id", "account_id"], UNTOLD)


def downgrade() -> None:
    for name in ("ix_schedule_untold", "ix_schedule_tenant_id_due", "ix_schedule_due"):
        op.drop_index(name, "schedule")
    op.execute("UPDATE schedule SET state = 'held' WHERE state IN ('skipped', 'failed')")
    with op.batch_alter_table("schedule") as table:
        table.drop_constraint(op.f("ck_schedule_late_policy"), type_="check")
        table.drop_constraint(op.f("ck_schedule_state"), type_="check")
        table.create_check_constraint(op.f("ck_schedule_state"), f"state IN {OLD_STATES}")
        for column in reversed(NEW):
            table.drop_column(column.name)
    op.create_index("ix_schedule_due", "schedule", ["state", "due_at"])


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "schedule", columns, sqlite_where=where, postgresql_where=where)
