"""The pages that begin a part of their site's sitemap stand in an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0480"
down_revision = "0475"
branch_labels = None
depends_on = None

BEGINS = sa.text(
    "substr(replace(CAST(id AS VARCHAR), '-', ''), 30) IN ('000', '001', '002', '003')"
)


def upgrade() -> None:
    op.create_index(
        "ix_page_part", "page", ["account_id", "type", "published_at", "id"],
        sqlite_where=BEGINS, postgresql_where=BEGINS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_page_part", "page")
