"""Files of accounts: folders and who sees them, versions, uses; and an account's logo."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0140"
down_revision = "0100"
branch_labels = None
depends_on = None

TABLES = ("media_folder", "media_access", "media", "media_version", "media_use")


def upgrade() -> None:
    op.add_column(
        "account", sa.Column("logo", sa.String(length=40), nullable=False, server_default="")
    )
    _folders()
    _files()
    _versions()
    _uses()
    for table in TABLES:
        ddl.row_security(op.get_bind(), table)


def _folders() -> None:
    _table(
        "media_folder",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _unique("media_folder", "tenant_id", "id"),
        _unique("media_folder", "account_id", "name"),
    )
    _table(
        "media_access",
        sa.Column("folder_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("bearer_label", sa.String(length=300), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("given_by_label", sa.String(length=300), nullable=False),
        sa.Column("ended_by_label", sa.String(length=300), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "person_id IS NULL OR group_id IS NULL", name=op.f("ck_media_access_bearer")
        ),
        _key("media_access", "person_id", "person"),
        _key("media_access", "group_id", "person_group"),
        _pair("media_access", "folder_id", "media_folder"),
    )
    op.create_index("ix_media_access_folder_id", "media_access", ["folder_id", "ended_at"])


def _files() -> None:
    _table(
        "media",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("folder_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("decorative", sa.Boolean(), nullable=False),
        sa.Column("focal_x", sa.Integer(), nullable=False),
        sa.Column("focal_y", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_label", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("trashed_at", UtcDateTime(), nullable=True),
        sa.Column("trashed_by_label", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('image', 'file')", name=op.f("ck_media_kind")),
        sa.CheckConstraint("focal_x BETWEEN 0 AND 100", name=op.f("ck_media_focal_x")),
        sa.CheckConstraint("focal_y BETWEEN 0 AND 100", name=op.f("ck_media_focal_y")),
        _unique("media", "tenant_id", "id"),
        _key("media", "author_id", "person"),
        _pair("media", "folder_id", "media_folder"),
    )
    op.create_index("ix_media_list", "media", ["account_id", "id"])
    op.create_index("ix_media_folder", "media", ["folder_id"])


def _versions() -> None:
    _table(
        "media_version",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source_digest", sa.String(length=64), nullable=False),
        sa.Column("renditions", sa.JSON(), nullable=False),
        sa.Column("rendition_size", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("author_label", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        _unique("media_version", "tenant_id", "id"),
        _unique("media_version", "media_id", "number"),
        _pair("media_version", "media_id", "media"),
    )
    op.create_index("ix_media_version_source", "media_version", ["account_id", "source_digest"])
    op.create_index("ix_media_version_ready_at", "media_version", ["ready_at", "created_at"])


def _uses() -> None:
    _table(
        "media_use",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.CheckConstraint("place IN ('draft', 'live')", name=op.f("ck_media_use_place")),
        _unique("media_use", "page_id", "media_id", "place"),
        _pair("media_use", "media_id", "media"),
        _pair("media_use", "page_id", "page"),
    )
    op.create_index("ix_media_use_media_id", "media_use", ["media_id", "place"])


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *parts,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _key(name, "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for column in ("account_id", "tenant_id"):
        op.create_index(f"ix_{name}_{column}", name, [column])


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _pair(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}"),
    )  # fmt: skip


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("account", "logo")
