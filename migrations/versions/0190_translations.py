"""Pages say their language, and which page they are the translation of."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0190"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_language",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("made_from_id", sa.Uuid(), nullable=True),
        sa.Column("made_from_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_page_language_account_id"
        ),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column], [f"{to}.tenant_id", f"{to}.id"],
                name=f"fk_page_language_tenant_id_{column}",
            )
            for column, to in (("page_id", "page"), ("source_id", "page"),
                               ("made_from_id", "revision"))
        ),
        sa.PrimaryKeyConstraint("id", name="pk_page_language"),
        sa.UniqueConstraint("page_id", name="uq_page_language_page_id"),
        sa.UniqueConstraint(
            "source_id", "language", name="uq_page_language_source_id_language"
        ),
    )  # fmt: skip
    op.create_index("ix_page_language_language", "page_language", ["account_id", "language"])
    for column in ("account_id", "tenant_id"):
        op.create_index(f"ix_page_language_{column}", "page_language", [column])
    ddl.row_security(op.get_bind(), "page_language")


def downgrade() -> None:
    op.drop_table("page_language")
