"""Custom roles: a key is an account's own, and a role inherits from one role at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _key_within("account_id", instead_of="tenant_id")
    op.create_index(
        "uq_role_parent_current", "role_parent", ["role_id"], unique=True,
        sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_role_parent_current", table_name="role_parent")
    _key_within("tenant_id", instead_of="account_id")


def _key_within(column: str, *, instead_of: str) -> None:
    with op.batch_alter_table("role") as batch:
        batch.drop_constraint(op.f(f"uq_role_{instead_of}_key"), type_="unique")
        batch.create_unique_constraint(op.f(f"uq_role_{column}_key"), [column, "key"])
