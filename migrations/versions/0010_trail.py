"""The trail: indices of its filters, saved views, retention, holds, and records of purges."""

import sqlalchemy as sa
from alembic import context, op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0010"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEXED = {"event": "event", "actor": "actor_label", "outcome": "outcome"}
TABLES = ("trail_view", "trail_retention", "trail_hold", "audit_purge")


def upgrade() -> None:
    for name, column in INDEXED.items():
        op.create_index(
            f"ix_audit_event_tenant_id_{name}", "audit_event", ["tenant_id", column, "at", "id"]
        )
    op.add_column("audit_checkpoint", sa.Column("previous", sa.Integer(), nullable=True))
    _make_settings()
    _make_purges()
    for table in TABLES:
        for column in ("account_id", "tenant_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    _guard_rows()


def _make_settings() -> None:
    op.create_table(
        "trail_view",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_rest("trail_view"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_trail_view_person_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "account_id",
            "person_id",
            "name",
            name=op.f("uq_trail_view_tenant_id_account_id_person_id_name"),
        ),
    )
    op.create_table(
        "trail_retention",
        sa.Column("days", sa.Integer(), nullable=True),
        *_rest("trail_retention"),
        sa.CheckConstraint("days >= 30", name=op.f("ck_trail_retention_days")),
        sa.UniqueConstraint("account_id", name=op.f("uq_trail_retention_account_id")),
    )
    op.create_table(
        "trail_hold",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_house", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by_label", sa.String(length=300), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_label", sa.String(length=300), nullable=False),
        *_rest("trail_hold"),
    )


def _make_purges() -> None:
    op.create_table(
        "audit_purge",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        *_rest("audit_purge"),
        sa.UniqueConstraint(
            "tenant_id", "position", name=op.f("uq_audit_purge_tenant_id_position")
        ),
    )


def _rest(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _guard_rows() -> None:
    connection = op.get_bind()
    for table in TABLES:
        ddl.row_security(connection, table)
    ddl.append_only(connection, "audit_purge")
    ddl.grant_only(connection, context.get_context().opts["web_role"], "audit_purge", "SELECT")
    for table in ddl.PURGEABLE:
        ddl.purgeable(connection, table)


def downgrade() -> None:
    for table in ddl.PURGEABLE:
        ddl.unpurgeable(op.get_bind(), table)
    for table in reversed(TABLES):
        for column in ("account_id", "tenant_id"):
            op.drop_index(op.f(f"ix_{table}_{column}"), table)
        op.drop_table(table)
    op.drop_column("audit_checkpoint", "previous")
    for name in reversed(INDEXED):
        op.drop_index(f"ix_audit_event_tenant_id_{name}", "audit_event")
