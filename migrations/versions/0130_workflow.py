"""Reviews with their verdicts, comments, and what people are told of them."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None


def _common(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"],
        name=f"fk_{table}_tenant_id_{column}",
    )  # fmt: skip


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("revision_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("step_who", sa.String(length=80), nullable=False),
        sa.Column("step_since", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.Column("escalate_at", UtcDateTime(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_label", sa.String(length=300), nullable=False),
        sa.Column("barred_ids", sa.JSON(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_by_label", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("passed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *_common("review"),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'rejected', 'withdrawn', 'voided')",
            name=op.f("ck_review_state"),
        ),
        _to("review", "page_id", "page"),
        _to("review", "revision_id", "revision"),
        _person("review", "assignee_id"),
        _person("review", "submitted_by_id"),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_review_tenant_id_id")),
    )
    op.create_index("ix_review_page_id", "review", ["page_id", "created_at"])
    op.create_index("ix_review_waiting", "review", ["account_id", "state", "created_at"])
    op.create_index(
        "uq_review_waiting", "review", ["page_id"], unique=True,
        sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    op.create_table(
        "verdict",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("revision_digest", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("said", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("person_name", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_common("verdict"),
        sa.CheckConstraint("said IN ('approved', 'rejected')", name=op.f("ck_verdict_said")),
        _to("verdict", "review_id", "review"),
        _to("verdict", "revision_id", "revision"),
        _person("verdict", "person_id"),
    )
    op.create_index("ix_verdict_revision_id", "verdict", ["revision_id", "created_at"])
    op.create_table(
        "comment",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentioned", sa.JSON(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by_name", sa.String(length=300), nullable=False),
        *_common("comment"),
        _to("comment", "page_id", "page"),
        _to("comment", "thread_id", "comment"),
        _person("comment", "author_id"),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_comment_tenant_id_id")),
    )
    op.create_index("ix_comment_page_id", "comment", ["page_id", "created_at"])
    op.create_table(
        "notification",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        *_common("notification"),
        sa.CheckConstraint(
            "kind IN ('asked', 'assigned', 'approved', 'passed', 'rejected', 'voided', 'reminder', "
            "'escalated', 'mention', 'reply')",
            name=op.f("ck_notification_kind"),
        ),
        _to("notification", "page_id", "page"),
        _to("notification", "comment_id", "comment"),
        _person("notification", "person_id"),
    )
    op.create_index(
        "ix_notification_person_id", "notification", ["person_id", "tenant_id", "created_at", "id"]
    )
    op.create_index("ix_notification_unread", "notification", ["person_id", "tenant_id", "read_at"])
    op.create_index("ix_notification_unmailed", "notification", ["mailed_at", "created_at"])
    for table in ("review", "verdict", "comment", "notification"):
        for column in ("account_id", "tenant_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        ddl.row_security(op.get_bind(), table)
    op.add_column(
        "person",
        sa.Column("notices", sa.String(length=16), nullable=False, server_default="once"),
    )


def downgrade() -> None:
    op.drop_column("person", "notices")
    for table in ("notification", "comment", "verdict", "review"):
        op.drop_table(table)
