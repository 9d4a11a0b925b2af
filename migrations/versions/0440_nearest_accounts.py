"""The accounts below one by how near they are: the first sixty of ten thousand, without a sort."""

from alembic import op

revision = "0440"
down_revision = "0430"
branch_labels = None
depends_on = None

NAME = "ix_account_closure_near"


def upgrade() -> None:
    op.create_index(NAME, "account_closure", ["ancestor_id", "distance", "descendant_id"])


def downgrade() -> None:
    op.drop_index(NAME, "account_closure")
