"""Which installation a database is, and how far it has come."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from tenants.db import UtcDateTime

revision = "0420"
down_revision = "0410"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "installation",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=True)
          for name in ("beat_at", "holding_at", "restored_at", "restored_from")),
        sa.CheckConstraint("one = 1", name=op.f("ck_installation_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_installation")),
    )  # fmt: skip
    row = {"one": 1, "id": uuid.uuid4(), "since": datetime.now(UTC), "beats": 0}
    op.bulk_insert(table, [row])


def downgrade() -> None:
    op.drop_table("installation")
