"""Types of content that accounts define, their fields, and which page uses which."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0110"
down_revision = "0100"
branch_labels = None
depends_on = None

BUILT_IN = "type IN ('page', 'post')"


def upgrade() -> None:
    with op.batch_alter_table("page") as batch:
        batch.drop_constraint(op.f("ck_page_type"), type_="check")
        batch.alter_column("type", existing_type=sa.String(16), type_=sa.String(48))
    op.create_index(
        "ix_page_typed", "page", ["account_id", "type", "changed_at", "id", "tenant_id"]
    )
    _content_type()
    _content_field()
    _page_use()


def _content_type() -> None:
    op.create_table(
        "content_type",
        *_row("content_type"),
        sa.Column("key", sa.String(48), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sentence", sa.String(300), nullable=False),
        sa.Column("stands", sa.String(16), nullable=False),
        sa.Column("with_body", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by_label", sa.String(300), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("stands IN ('tree', 'nowhere')", name=op.f("ck_content_type_stands")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_content_type_tenant_id_key")),
    )
    _guard("content_type")


def _content_field() -> None:
    op.create_table(
        "content_field",
        *_row("content_field"),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(48), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("field_label", sa.String(100), nullable=False),
        sa.Column("hint", sa.String(300), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        _key("content_field", "type_id", "content_type"),
        _key("content_field", "group_id", "content_field"),
    )
    op.create_index(op.f("ix_content_field_type_id"), "content_field", ["type_id"])
    _guard("content_field")


def _page_use() -> None:
    op.create_table(
        "page_use",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("used_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side IN ('draft', 'live')", name=op.f("ck_page_use_side")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_page_use_account_id")
        ),
        _key("page_use", "page_id", "page"),
        _key("page_use", "used_id", "page"),
        sa.PrimaryKeyConstraint("page_id", "used_id", "side", name=op.f("pk_page_use")),
    )
    op.create_index("ix_page_use_used_id", "page_use", ["used_id", "page_id"])
    _guard("page_use")


def _row(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("tenant_id IS NOT NULL", name=op.f(f"ck_{table}_tenant")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{table}_tenant_id_id")),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}"),
    )  # fmt: skip


def _guard(table: str) -> None:
    for column in ("account_id", "tenant_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    ddl.row_security(op.get_bind(), table)


def downgrade() -> None:
    for table in ("page_use", "content_field", "content_type"):
        op.drop_table(table)
    op.drop_index("ix_page_typed", table_name="page")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('portal.scope', 'across', true)")
    op.execute("UPDATE page SET type = 'page' WHERE type NOT IN ('page', 'post')")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('portal.scope', '', true)")
    with op.batch_alter_table("page") as batch:
        batch.alter_column("type", existing_type=sa.String(48), type_=sa.String(16))
        batch.create_check_constraint(op.f("ck_page_type"), BUILT_IN)
