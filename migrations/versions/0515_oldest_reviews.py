"""What waits for review longest in a tenant is found in that order, among what waits."""

import sqlalchemy as sa
from alembic import op

revision = "0515"
down_revision = "0510"
branch_labels = None
depends_on = None
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    columns = ["tenant_id", "created_at", "id"]
    op.create_index(
        "ix_review_oldest", "review", columns, sqlite_where=WAITING, postgresql_where=WAITING
    )


def downgrade() -> None:
    op.drop_index("ix_review_oldest", "review")
