"""Where forms that made something led to."""

import sqlalchemy as sa
from alembic import op

from tenants.db import UtcDateTime

revision = "0430"
down_revision = "0420"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_answer",
        sa.Column("id", sa.LargeBinary(32), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_answer")),
    )


def downgrade() -> None:
    op.drop_table("form_answer")
