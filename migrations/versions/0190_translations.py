"""Pages say their language and which page they are the translation of; templates to start from."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0190"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _languages()
    _templates()
    for table in ("page_language", "page_template"):
        for column in ("account_id", "tenant_id"):
            op.create_index(f"ix_{table}_{column}", table, [column])
        ddl.row_security(op.get_bind(), table)


def _languages() -> None:
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


def _templates() -> None:
    op.create_table(
        "page_template",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("type", sa.String(length=48), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("title", "body", "excerpt")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("terms", "fields")),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by_label", sa.String(length=300), nullable=False),
        sa.Column("trashed_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("tenant_id IS NOT NULL", name=op.f("ck_page_template_tenant")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_page_template_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_page_template"),
    )  # fmt: skip
    op.create_index("ix_page_template_trashed_at", "page_template", ["trashed_at"])


def downgrade() -> None:
    op.drop_table("page_template")
    op.drop_table("page_language")
