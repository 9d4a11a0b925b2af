"""Releases: pages that go live and offline together, what undoing one needs, and its notices."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0310"
down_revision = "0302"
branch_labels = None
depends_on = None

KINDS = ("asked", "assigned", "approved", "passed", "rejected", "voided", "reminder", "escalated",
         "mention", "reply", "outside", "opinion")  # fmt: skip
STATES = ("draft", "pending", "held", "failed", "done", "skipped", "cancelled", "undone")


def upgrade() -> None:
    _make_releases()
    _make_items()
    for table in ("release", "release_item"):
        for column in ("account_id", "tenant_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        ddl.row_security(op.get_bind(), table)
    with op.batch_alter_table("notification") as batch:
        batch.add_column(sa.Column("release_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            "fk_notification_tenant_id_release_id", "release", ["tenant_id", "release_id"],
            ["tenant_id", "id"], ondelete="CASCADE",
        )  # fmt: skip
    _let_notices_be((*KINDS, "release"))


def downgrade() -> None:
    op.execute("DELETE FROM notification WHERE kind = 'release'")
    _let_notices_be(KINDS)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint("fk_notification_tenant_id_release_id", type_="foreignkey")
        batch.drop_column("release_id")
    op.drop_table("release_item")
    op.drop_table("release")


def _make_releases() -> None:
    op.create_table(
        "release",
        *_owned("release"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("wall_time", sa.String(32), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("maker_id", sa.Uuid(), nullable=True),
        sa.Column("maker_label", sa.String(300), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("approver_label", sa.String(300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("late_policy", sa.String(8), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_release_state")),
        sa.CheckConstraint(
            "late_policy IN ('publish', 'skip', 'ask')", name=op.f("ck_release_late_policy")
        ),
        *(sa.ForeignKeyConstraint([f"{who}_id"], ["person.id"], name=f"fk_release_{who}_id")
          for who in ("maker", "approver")),
        sa.UniqueConstraint("tenant_id", "id", name="uq_release_tenant_id_id"),
    )  # fmt: skip
    op.create_index(
        "ix_release_account_id_state", "release", ["account_id", "state", "created_at", "id"]
    )
    op.create_index("ix_release_account_id_due", "release", ["account_id", "due_at", "id"])
    pending = sa.text("state = 'pending'")
    op.create_index("ix_release_due", "release", ["due_at"], sqlite_where=pending,
                    postgresql_where=pending)  # fmt: skip


def _make_items() -> None:
    op.create_table(
        "release_item",
        *_owned("release_item"),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.Column("revision_digest", sa.String(64), nullable=True),
        sa.Column("added_by_label", sa.String(300), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("was_revision_number", sa.Integer(), nullable=True),
        sa.Column("was_address", sa.Text(), nullable=True),
        sa.CheckConstraint("what IN ('publish', 'unpublish')", name=op.f("ck_release_item_what")),
        _to("release_id", "release", ondelete="CASCADE"),
        _to("page_id", "page"),
        _to("revision_id", "revision"),
        sa.UniqueConstraint(
            "release_id", "page_id", name=op.f("uq_release_item_release_id_page_id")
        ),
    )
    op.create_index("ix_release_item_page_id", "release_item", ["page_id"])


def _let_notices_be(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_kind"), f"kind IN ({listed})")


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _to(column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"],
        name=f"fk_release_item_tenant_id_{column}", ondelete=ondelete,
    )  # fmt: skip
