"""Share links, what outsiders think of a text, and comments and notices that came through one."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0170"
down_revision = "0165"
branch_labels = None
depends_on = None

KINDS = ("asked", "assigned", "approved", "passed", "rejected", "voided", "reminder", "escalated",
         "mention", "reply")  # fmt: skip
NEW_KINDS = ("outside", "opinion")


def upgrade() -> None:
    op.create_table(
        "share_link",
        *_subject("share_link"),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("may_comment", sa.Boolean(), nullable=False),
        sa.Column("may_approve", sa.Boolean(), nullable=False),
        sa.Column("maker_id", sa.Uuid(), nullable=False),
        sa.Column("maker_label", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by_label", sa.String(length=300), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("last_opened_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["maker_id"], ["person.id"], name="fk_share_link_maker_id"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_share_link_tenant_id_id"),
        sa.UniqueConstraint("token_hash", name="uq_share_link_token_hash"),
    )
    op.create_table(
        "share_opinion",
        *_subject("share_opinion"),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("revision_digest", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("said IN ('approved', 'changes')", name=op.f("ck_share_opinion_said")),
        _to("share_opinion", "share_id", "share_link"),
    )
    op.create_index("ix_share_opinion_share_id", "share_opinion", ["share_id"])
    for table in ("share_link", "share_opinion"):
        op.create_index(f"ix_{table}_page_id", table, ["page_id", "created_at"])
        for column in ("account_id", "tenant_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        ddl.row_security(op.get_bind(), table)
    with op.batch_alter_table("comment") as batch:
        batch.add_column(sa.Column("share_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            "fk_comment_tenant_id_share_id", "share_link", ["tenant_id", "share_id"],
            ["tenant_id", "id"],
        )  # fmt: skip
        batch.create_index("ix_comment_share_id", ["share_id"])
    _let_notices_be((*KINDS, *NEW_KINDS))


def downgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.text("DELETE FROM notification WHERE kind IN ('outside', 'opinion')"))
    connection.execute(sa.text("DELETE FROM comment WHERE share_id IS NOT NULL"))
    _let_notices_be(KINDS)
    with op.batch_alter_table("comment") as batch:
        batch.drop_index("ix_comment_share_id")
        batch.drop_constraint("fk_comment_tenant_id_share_id", type_="foreignkey")
        batch.drop_column("share_id")
    op.drop_table("share_opinion")
    op.drop_table("share_link")


def _let_notices_be(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_kind"), f"kind IN ({listed})")


def _subject(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _to(table, "page_id", "page"),
        _to(table, "revision_id", "revision"),
    ]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"],
        name=f"fk_{table}_tenant_id_{column}",
    )  # fmt: skip
