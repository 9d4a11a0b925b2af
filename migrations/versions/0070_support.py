"""Support sessions: staff look into an account for half an hour, in sight of its admins."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None

TABLE = "support_session"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=100), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_label", sa.String(length=300), nullable=False),
        sa.Column("write_asked_at", UtcDateTime(), nullable=True),
        sa.Column("consented_at", UtcDateTime(), nullable=True),
        sa.Column("consented_by_id", sa.Uuid(), nullable=True),
        sa.Column("consented_by_label", sa.String(length=300), nullable=False),
        sa.Column("broke_glass_at", UtcDateTime(), nullable=True),
        sa.Column("glass_reason", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("expires_at > started_at", name=op.f("ck_support_session_time")),
        _key("account_id", "account.id"),
        _key("person_id", "person.id"),
        _key("consented_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_session")),
        sa.UniqueConstraint(
            "person_id", "number", name=op.f("uq_support_session_person_id_number")
        ),
    )
    for columns in (("account_id",), ("tenant_id",), ("person_id", "expires_at")):
        op.create_index(f"ix_{TABLE}_{'_'.join(columns)}", TABLE, list(columns))
    ddl.row_security(op.get_bind(), TABLE, directory=True)


def _key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"))


def downgrade() -> None:
    op.drop_table(TABLE)
