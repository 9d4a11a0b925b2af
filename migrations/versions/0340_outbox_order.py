"""Mails about one thing leave in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0340"
down_revision = "0330"
branch_labels = None
depends_on = None

UNDECIDED = sa.text("sent_at IS NULL AND dead_at IS NULL AND order_key IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox_mail", sa.Column("order_key", sa.String(80)))
    op.create_index(
        "ix_outbox_mail_order", "outbox_mail", ["order_key", "recipient", "id"],
        sqlite_where=UNDECIDED, postgresql_where=UNDECIDED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_outbox_mail_order", "outbox_mail")
    with op.batch_alter_table("outbox_mail") as table:
        table.drop_column("order_key")
