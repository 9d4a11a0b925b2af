"""Putting content in order: the trash."""

import sqlalchemy as sa
from alembic import context, op

from tenants import ddl_erasing
from tenants.db import UtcDateTime

revision = "0160"
down_revision = "0100"
branch_labels = None
depends_on = None

IN_SIGHT = sa.text("trashed_at IS NULL")
LISTS = {
    "ix_page_list": ["account_id", "changed_at", "id", "tenant_id"],
    "ix_page_recent": ["tenant_id", "changed_at", "id", "account_id"],
}


def upgrade() -> None:
    connection, role = op.get_bind(), context.get_context().opts["web_role"]
    op.add_column("page", sa.Column("trashed_at", UtcDateTime(), nullable=True))
    op.add_column(
        "page",
        sa.Column("trashed_by_label", sa.String(length=300), nullable=False, server_default=""),
    )
    op.add_column("page", sa.Column("purged_at", UtcDateTime(), nullable=True))
    for name, columns in LISTS.items():
        op.drop_index(name, "page")
        _index(name, columns, IN_SIGHT)
    _index("ix_page_trash", ["account_id", "trashed_at", "id"], sa.text("trashed_at IS NOT NULL"))
    ddl_erasing.erasable_from_trash(connection, role)


def downgrade() -> None:
    connection, role = op.get_bind(), context.get_context().opts["web_role"]
    ddl_erasing.not_from_trash(connection, role)
    op.drop_index("ix_page_trash", "page")
    for name, columns in LISTS.items():
        op.drop_index(name, "page")
        op.create_index(name, "page", columns)
    for column in ("purged_at", "trashed_by_label", "trashed_at"):
        op.drop_column("page", column)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "page", columns, sqlite_where=where, postgresql_where=where)
