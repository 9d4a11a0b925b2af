"""Imports of several formats: which one, and whether what was live goes live."""

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0170"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_run", sa.Column("format", sa.String(length=16), nullable=False, server_default="")
    )
    op.add_column(
        "import_run", sa.Column("publish", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def downgrade() -> None:
    op.drop_column("import_run", "publish")
    op.drop_column("import_run", "format")
