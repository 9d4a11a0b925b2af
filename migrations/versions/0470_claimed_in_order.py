"""What is due, and what is to be told of, is found along indexes that SQLite takes for no other.

It has no statistics: what begins with the state is closer to what is asked for than what does not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0470"
down_revision = "0465"
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")
UNTOLD = sa.text("told_at IS NULL AND state IN ('done', 'held', 'skipped', 'failed')")


def upgrade() -> None:
    _again("ix_schedule_tenant_id_due", ["tenant_id", "state", "due_at", "id"])
    _again("ix_schedule_due", ["state", "due_at", "tenant_id"])
    _again("ix_schedule_untold", ["told_at", "account_id", "due_at", "id"], UNTOLD)


def downgrade() -> None:
    _again("ix_schedule_tenant_id_due", ["tenant_id", "due_at", "id"])
    _again("ix_schedule_due", ["due_at", "tenant_id"])
    _again("ix_schedule_untold", ["tenant_id", "account_id"], UNTOLD)


def _again(name: str, columns: list[str], where: sa.TextClause = PENDING) -> None:
    op.drop_index(name, "schedule")
    op.create_index(name, "schedule", columns, sqlite_where=where, postgresql_where=where)
