"""Folders in folders, and folders opened to a role or until a day."""

import sqlalchemy as sa
from alembic import op

from tenants.db import UtcDateTime

revision = "0205"
down_revision = "0200"
branch_labels = None
depends_on = None

BEARER = "person_id IS NULL OR group_id IS NULL"
OR_ROLE = f"({BEARER}) AND (role_id IS NULL OR (person_id IS NULL AND group_id IS NULL))"
ON_TOP = sa.text("parent_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("media_folder") as batch:
        batch.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch.drop_constraint(op.f("uq_media_folder_account_id_name"), type_="unique")
        batch.create_foreign_key(
            op.f("fk_media_folder_tenant_id_parent_id"), "media_folder",
            ["tenant_id", "parent_id"], ["tenant_id", "id"],
        )  # fmt: skip
    op.create_index("uq_media_folder_inside", "media_folder", ["parent_id", "name"], unique=True)
    op.create_index(
        "uq_media_folder_on_top", "media_folder", ["account_id", "name"], unique=True,
        sqlite_where=ON_TOP, postgresql_where=ON_TOP,
    )  # fmt: skip
    with op.batch_alter_table("media_access") as batch:
        batch.add_column(sa.Column("role_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("until", UtcDateTime(), nullable=True))
        batch.create_foreign_key(op.f("fk_media_access_role_id"), "role", ["role_id"], ["id"])
        batch.drop_constraint(op.f("ck_media_access_bearer"), type_="check")
        batch.create_check_constraint(op.f("ck_media_access_bearer"), OR_ROLE)


def downgrade() -> None:
    """Take the folders out of each other; accesses of roles, and those with an end, end now."""
    _everywhere("across")
    op.execute(
        "UPDATE media_access SET ended_at = since "
        "WHERE ended_at IS NULL AND (role_id IS NOT NULL OR until IS NOT NULL)"
    )
    op.execute(
        "UPDATE media_folder SET name = substr(name, 1, 60) || ' ' || id "
        "WHERE parent_id IS NOT NULL"
    )
    _everywhere("")
    with op.batch_alter_table("media_access") as batch:
        batch.drop_constraint(op.f("ck_media_access_bearer"), type_="check")
        batch.drop_constraint(op.f("fk_media_access_role_id"), type_="foreignkey")
        batch.drop_column("until")
        batch.drop_column("role_id")
        batch.create_check_constraint(op.f("ck_media_access_bearer"), BEARER)
    op.drop_index("uq_media_folder_on_top", "media_folder")
    op.drop_index("uq_media_folder_inside", "media_folder")
    with op.batch_alter_table("media_folder") as batch:
        batch.drop_constraint(op.f("fk_media_folder_tenant_id_parent_id"), type_="foreignkey")
        batch.drop_column("parent_id")
        batch.create_unique_constraint(
            op.f("uq_media_folder_account_id_name"), ["account_id", "name"]
        )


def _everywhere(scope: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT set_config('portal.scope', '{scope}', true)")
