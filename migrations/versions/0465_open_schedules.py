"""What waits at an account is found without reading all that was ever scheduled there."""

import sqlalchemy as sa
from alembic import op

revision = "0465"
down_revision = "0460"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('pending', 'held', 'failed')")


def upgrade() -> None:
    op.create_index(
        "ix_schedule_open", "schedule", ["account_id", "state", "due_at", "id"],
        sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_schedule_open", "schedule")
