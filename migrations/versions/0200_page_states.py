"""An index for each state of a page: lists and counts of one state walk nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0200"
down_revision = "0180"
branch_labels = None
depends_on = None

STATES = {
    "ix_page_draft": "live_revision_id IS NULL AND unpublished_at IS NULL",
    "ix_page_published": "live_revision_id = draft_revision_id",
    "ix_page_republish": "live_revision_id != draft_revision_id",
    "ix_page_unpublished": "live_revision_id IS NULL AND unpublished_at IS NOT NULL",
}


def upgrade() -> None:
    for name, state in STATES.items():
        where = sa.text(f"trashed_at IS NULL AND {state}")
        op.create_index(
            name, "page", ["account_id", "changed_at", "id", "tenant_id"],
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip


def downgrade() -> None:
    for name in reversed(STATES):
        op.drop_index(name, "page")
