"""Exports made beside other work, and their notice; who wrote words that came from elsewhere."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0410"
down_revision = "0395"
branch_labels = None
depends_on = None

KINDS = ("asked", "assigned", "approved", "passed", "rejected", "voided", "reminder", "escalated",
         "mention", "reply", "outside", "opinion", "release", "done", "held", "failed", "skipped",
         "missed", "problem", "rules")  # fmt: skip
STATES = "('waiting', 'working', 'done', 'failed', 'cancelled')"


def upgrade() -> None:
    op.create_table(
        "export_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_label", sa.String(300), nullable=False),
        *(sa.Column(name, sa.String(16), nullable=False)
          for name in ("format", "which", "with_files", "state")),
        *(sa.Column(name, sa.Integer(), nullable=False)
          for name in ("tries", "done", "total", "pages", "files")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("missing", "folders")),
        sa.Column("key", sa.String(200), nullable=True),
        sa.Column("ending", sa.String(8), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_export_run_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_export_run_account_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_export_run_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_export_run"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_export_run_tenant_id_id"),
    )  # fmt: skip
    for column in ("account_id", "tenant_id"):
        op.create_index(op.f(f"ix_export_run_{column}"), "export_run", [column])
    op.create_index("ix_export_run_state", "export_run", ["state", "created_at"])
    under_way = sa.text("state IN ('waiting', 'working')")
    op.create_index("uq_export_run_open", "export_run", ["account_id"], unique=True,
                    sqlite_where=under_way, postgresql_where=under_way)  # fmt: skip
    ddl.row_security(op.get_bind(), "export_run")
    with op.batch_alter_table("notification") as batch:
        batch.add_column(sa.Column("export_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            "fk_notification_tenant_id_export_id", "export_run", ["tenant_id", "export_id"],
            ["tenant_id", "id"], ondelete="CASCADE",
        )  # fmt: skip
    _let_notices_be((*KINDS, "export"))
    for table in ("revision", "page_template"):
        op.add_column(table, sa.Column("writer_ids", sa.JSON(), nullable=True))


def downgrade() -> None:
    for table in ("revision", "page_template"):
        op.drop_column(table, "writer_ids")
    op.execute("DELETE FROM notification WHERE kind = 'export'")
    _let_notices_be(KINDS)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint("fk_notification_tenant_id_export_id", type_="foreignkey")
        batch.drop_column("export_id")
    op.drop_table("export_run")


def _let_notices_be(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_kind"), f"kind IN ({listed})")
