"""Host names of accounts' own."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl, ddl_sites
from tenants.db import UtcDateTime

revision = "0360"
down_revision = "0350"
branch_labels = None
depends_on = None

WATCHED = (ddl_sites.Watched("site_host", ("turns",), ("UPDATE", "DELETE")),)
MAIN = sa.text('"primary"')


def upgrade() -> None:
    op.create_table(
        "site_host",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by_label", sa.String(300), nullable=False),
        sa.Column("verified_at", UtcDateTime()),
        sa.Column("checked_at", UtcDateTime()),
        sa.Column("missing_since", UtcDateTime()),
        sa.Column("lost_at", UtcDateTime()),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("leads", sa.String(16), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            'NOT "primary" OR verified_at IS NOT NULL', name=op.f("ck_site_host_proved")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_site_host_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_host")),
        sa.UniqueConstraint("account_id", "host", name=op.f("uq_site_host_account_id_host")),
    )
    for column in ("tenant_id", "account_id"):
        op.create_index(op.f(f"ix_site_host_{column}"), "site_host", [column])
    op.create_index("ix_site_host_host", "site_host", ["host", "verified_at"])
    op.create_index(
        "ix_site_host_primary", "site_host", ["account_id"], unique=True,
        sqlite_where=MAIN, postgresql_where=MAIN,
    )  # fmt: skip
    ddl.row_security(op.get_bind(), "site_host")
    ddl_sites.watch_tables(op.get_bind(), WATCHED)


def downgrade() -> None:
    ddl_sites.unwatch_tables(op.get_bind(), WATCHED)
    op.drop_table("site_host")
