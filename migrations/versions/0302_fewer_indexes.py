"""Indexes whose work another one of the table does: every event was paying for them."""

from alembic import op

revision = "0302"
down_revision = "0300"
branch_labels = None
depends_on = None

SPARE = (
    ("audit_event", "tenant_id"), ("audit_event", "account_id"),
    ("audit_seal", "tenant_id"), ("audit_waiting", "account_id"),
)  # fmt: skip


def upgrade() -> None:
    for table, column in SPARE:
        op.drop_index(f"ix_{table}_{column}", table)


def downgrade() -> None:
    for table, column in SPARE:
        op.create_index(f"ix_{table}_{column}", table, [column])
