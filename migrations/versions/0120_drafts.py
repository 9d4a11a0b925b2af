"""What is typed and not saved yet, who writes where, and names of revisions."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None

TABLES = ("working_copy", "page_lock", "page_presence", "revision_name")


def upgrade() -> None:
    _make_working_copy()
    _make_page_lock()
    _make_page_presence()
    _make_revision_name()
    for table in TABLES:
        for column in ("account_id", "tenant_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        ddl.row_security(op.get_bind(), table)


def _make_working_copy() -> None:
    op.create_table(
        "working_copy",
        sa.Column("page_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(length=36), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        *_rest("working_copy"),
        _unique("working_copy", "person_id", "mark"),
    )
    op.create_index("ix_working_copy_own", "working_copy", ["account_id", "person_id", "page_id"])


def _make_page_lock() -> None:
    op.create_table(
        "page_lock",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_label", sa.String(length=300), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("taken_from_id", sa.Uuid(), nullable=True),
        *_rest("page_lock"),
        _person("page_lock", "taken_from_id"),
        _unique("page_lock", "page_id"),
    )


def _make_page_presence() -> None:
    op.create_table(
        "page_presence",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_label", sa.String(length=300), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        *_rest("page_presence"),
        _unique("page_presence", "page_id", "person_id"),
    )


def _make_revision_name() -> None:
    op.create_table(
        "revision_name",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        sa.Column("named_by_label", sa.String(length=300), nullable=False),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        *_rest("revision_name", person="named_by_id"),
        _within_tenant("revision_name", "revision_id", "revision"),
        _unique("revision_name", "revision_id"),
    )
    op.create_index(op.f("ix_revision_name_page_id"), "revision_name", ["page_id"])


def _rest(table: str, person: str = "person_id") -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _within_tenant(table, "page_id", "page"),
        _person(table, person),
    ]


def _within_tenant(table: str, column: str, other: str) -> sa.schema.SchemaItem:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{other}.tenant_id", f"{other}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}"),
    )  # fmt: skip


def _person(table: str, column: str) -> sa.schema.SchemaItem:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}"))


def _unique(table: str, *columns: str) -> sa.schema.SchemaItem:
    name = op.f(f"uq_{table}_tenant_id_{'_'.join(columns)}")
    return sa.UniqueConstraint("tenant_id", *columns, name=name)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
