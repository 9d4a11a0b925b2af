"""What changed in sites, written by triggers, and the bytes that are kept of their answers."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl, ddl_sites

revision = "0350"
down_revision = "0340"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "site_change",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        sa.Column("page_id", sa.Uuid()),
        sa.Column("below", sa.Boolean(), nullable=False),
        sa.Column("look", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.BigInteger()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_site_change_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_site_change_mark", "site_change", ["mark"])
    op.create_index("ix_site_change_at", "site_change", ["at"])
    op.create_table(
        "site_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Uuid()),
        sa.Column("line", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("gzip", sa.LargeBinary(), nullable=False),
        sa.Column("brotli", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_site_copy_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_copy")),
        sa.UniqueConstraint("tenant_id", "place", name=op.f("uq_site_copy_tenant_id_place")),
    )
    op.create_index("ix_site_copy_place", "site_copy", ["place"])
    for table in ("site_change", "site_copy"):
        for column in ("account_id", "tenant_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        ddl.row_security(op.get_bind(), table, directory=True)
    ddl_sites.watch_tables(op.get_bind(), ddl_sites.WATCHED)
    ddl_sites.watch_pages(op.get_bind())


def downgrade() -> None:
    ddl_sites.unwatch_pages(op.get_bind())
    ddl_sites.unwatch_tables(op.get_bind(), ddl_sites.WATCHED)
    op.drop_table("site_copy")
    op.drop_table("site_change")
