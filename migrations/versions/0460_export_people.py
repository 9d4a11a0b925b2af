"""Exports that are kept tell whether e-mail addresses may be in them."""

import sqlalchemy as sa
from alembic import op

revision = "0460"
down_revision = "0450"
branch_labels = None
depends_on = None


def upgrade() -> None:
    none_yet = sa.Column("with_people", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("export_run", none_yet)


def downgrade() -> None:
    op.drop_column("export_run", "with_people")
