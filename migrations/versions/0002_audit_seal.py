"""The hash chain over the trail: seals, signed checkpoints, and what waits to be sealed."""

import sqlalchemy as sa
from alembic import context, op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("audit_seal", "audit_checkpoint", "audit_waiting")
RIGHTS = {
    "audit_seal": "SELECT, INSERT",
    "audit_checkpoint": "SELECT, INSERT",
    "audit_waiting": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    scoped = (
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
    )
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_rest("audit_seal", scoped),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_rest("audit_checkpoint", scoped),
    )
    op.create_table(
        "audit_waiting",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        *(column._copy() for column in scoped),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_audit_waiting_account_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_waiting")),
    )
    for table in TABLES:
        for column in ("account_id", "tenant_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    _guard_rows()


def _rest(table: str, scoped: tuple[sa.Column, ...]) -> list[sa.schema.SchemaItem]:
    return [
        *(column._copy() for column in scoped),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "position", name=op.f(f"uq_{table}_tenant_id_position")),
    ]


def _guard_rows() -> None:
    connection = op.get_bind()
    role = context.get_context().opts["web_role"]
    for table in TABLES:
        ddl.row_security(connection, table)
        ddl.grant_only(connection, role, table, RIGHTS[table])
    for table in ("audit_seal", "audit_checkpoint"):
        ddl.append_only(connection, table)
    ddl.queue_new_rows(connection, "audit_event", "audit_waiting")


def downgrade() -> None:
    ddl.unqueue_new_rows(op.get_bind(), "audit_event")
    for table in reversed(TABLES):
        for column in ("account_id", "tenant_id"):
            op.drop_index(op.f(f"ix_{table}_{column}"), table)
        op.drop_table(table)
