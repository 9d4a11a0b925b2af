"""The newest pages: of a whole tenant, and of each of many accounts without a look at the rows."""

from alembic import op

revision = "0030"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_page_list", "page")
    op.create_index("ix_page_list", "page", ["account_id", "changed_at", "id", "tenant_id"])
    op.create_index("ix_page_recent", "page", ["tenant_id", "changed_at", "id", "account_id"])


def downgrade() -> None:
    op.drop_index("ix_page_recent", "page")
    op.drop_index("ix_page_list", "page")
    op.create_index("ix_page_list", "page", ["account_id", "changed_at", "id"])
