"""Closing accounts: certificates of what was erased, and texts that may go then; accent colours."""

import sqlalchemy as sa
from alembic import context, op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0040"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = "closing_certificate"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by_label", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_closing_certificate_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_certificate")),
    )
    for column in ("account_id", "tenant_id"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
    op.add_column(
        "account", sa.Column("accent", sa.String(length=7), nullable=False, server_default="")
    )
    connection, role = op.get_bind(), context.get_context().opts["web_role"]
    ddl.row_security(connection, TABLE)
    ddl.grant_only(connection, role, TABLE, "SELECT, INSERT, UPDATE")
    ddl.erasable_once_closed(connection, role, "revision")


def downgrade() -> None:
    connection, role = op.get_bind(), context.get_context().opts["web_role"]
    ddl.never_erasable(connection, role, "revision")
    op.drop_column("account", "accent")
    op.drop_table(TABLE)
