"""Limits on what accounts use, and policies that accounts set for all below them."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quota",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("resource", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by_label", sa.String(length=300), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("tenant_id IS NOT NULL", name=op.f("ck_quota_tenant")),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_quota_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_quota_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint("account_id", "resource", name=op.f("uq_quota_account_id_resource")),
    )
    op.create_index(op.f("ix_quota_tenant_id"), "quota", ["tenant_id"])
    op.create_table(
        "policy",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("set_by_label", sa.String(length=300), nullable=False),
        sa.Column("ended_by_label", sa.String(length=300), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_policy_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_index(op.f("ix_policy_account_id"), "policy", ["account_id"])
    op.create_index(op.f("ix_policy_tenant_id"), "policy", ["tenant_id"])
    op.create_index(
        "uq_policy_current", "policy", ["account_id", "key"], unique=True,
        sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    connection = op.get_bind()
    ddl.row_security(connection, "quota")
    ddl.row_security(connection, "policy", directory=True, shared=True)


def downgrade() -> None:
    op.drop_table("policy")
    op.drop_table("quota")
