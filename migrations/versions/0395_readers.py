"""What readers get: pages for members, and search in what is live."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl, ddl_search, ddl_sites

revision = "0395"
down_revision = "0390"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "page", sa.Column("for_members", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    ddl_sites.unwatch_pages(op.get_bind())
    ddl_sites.watch_pages(op.get_bind(), (*ddl_sites.PLACE, "for_members"))
    op.create_table(
        "live_words",
        sa.Column("number", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_live_words_account_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"], ["page.tenant_id", "page.id"],
            name="fk_live_words_tenant_id_page_id",
        ),
        sa.PrimaryKeyConstraint("number", name="pk_live_words"),
        sa.UniqueConstraint("page_id", name="uq_live_words_page_id"),
    )  # fmt: skip
    for column in ("account_id", "tenant_id"):
        op.create_index(f"ix_live_words_{column}", "live_words", [column])
    connection = op.get_bind()
    ddl.row_security(connection, "live_words")
    ddl_search.make_index(connection, ddl_search.LIVE)


def downgrade() -> None:
    ddl_search.drop_index(op.get_bind(), ddl_search.LIVE)
    op.drop_table("live_words")
    ddl_sites.unwatch_pages(op.get_bind())
    ddl_sites.watch_pages(op.get_bind())
    op.drop_column("page", "for_members")
