"""The live pages below no other stand in an index of their own, in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0485"
down_revision = "0480"
branch_labels = None
depends_on = None

ON_TOP = sa.text("type = 'page' AND parent_id IS NULL AND live_revision_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_page_top", "page", ["account_id", "type", "position", "id"],
        sqlite_where=ON_TOP, postgresql_where=ON_TOP,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_page_top", "page")
