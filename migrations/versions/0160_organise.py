"""Putting content in order: the trash, acts on many pages, merged terms, owners, views, search."""

import sqlalchemy as sa
from alembic import context, op

from portal.content.search_index import plain, words_of
from tenants import ddl, ddl_erasing, ddl_search
from tenants.db import UtcDateTime

revision = "0160"
down_revision = "0140"
branch_labels = None
depends_on = None

TABLES = ("bulk_run", "page_care", "list_view", "page_words")
IN_SIGHT = sa.text("trashed_at IS NULL")
LISTS = {
    "ix_page_list": ["account_id", "changed_at", "id", "tenant_id"],
    "ix_page_recent": ["tenant_id", "changed_at", "id", "account_id"],
    "ix_page_typed": ["account_id", "type", "changed_at", "id", "tenant_id"],
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
    _index("ix_page_title", ["account_id", "title", "id"], IN_SIGHT)
    _index("ix_page_trash", ["account_id", "trashed_at", "id"], sa.text("trashed_at IS NOT NULL"))
    ddl_erasing.erasable_from_trash(connection, role)
    _bulk_runs()
    _cares()
    _views()
    _words()
    with op.batch_alter_table("term") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            "fk_term_tenant_id_merged_into_id", "term", ["tenant_id", "merged_into_id"],
            ["tenant_id", "id"],
        )  # fmt: skip
        batch.create_index("ix_term_merged_into_id", ["merged_into_id"])
    for table in TABLES:
        for column in ("account_id", "tenant_id"):
            op.create_index(f"ix_{table}_{column}", table, [column])
        ddl.row_security(connection, table)
    ddl_search.make_index(connection)
    ddl_search.fill(connection, words_of, plain)


def _bulk_runs() -> None:
    op.create_table(
        "bulk_run",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("undoes", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        *_rest("bulk_run"),
        _person("bulk_run", "person_id"),
    )
    op.create_index("ix_bulk_run_person_id", "bulk_run", ["person_id"])


def _cares() -> None:
    op.create_table(
        "page_care",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("review_by", UtcDateTime(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        *_rest("page_care"),
        _person("page_care", "owner_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"], ["page.tenant_id", "page.id"],
            name="fk_page_care_tenant_id_page_id",
        ),
        sa.UniqueConstraint("page_id", name="uq_page_care_page_id"),
    )  # fmt: skip
    op.create_index("ix_page_care_review_by", "page_care", ["review_by"])


def _views() -> None:
    op.create_table(
        "list_view",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_rest("list_view"),
        _person("list_view", "person_id"),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "person_id", "name",
            name="uq_list_view_tenant_id_account_id_person_id_name",
        ),
    )  # fmt: skip


def _words() -> None:
    op.create_table(
        "page_words",
        sa.Column("number", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        *_rest("page_words")[1:-1],
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"], ["page.tenant_id", "page.id"],
            name="fk_page_words_tenant_id_page_id",
        ),
        sa.PrimaryKeyConstraint("number", name="pk_page_words"),
        sa.UniqueConstraint("page_id", name="uq_page_words_page_id"),
    )  # fmt: skip


def _rest(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_{table}_{column}")


def downgrade() -> None:
    connection, role = op.get_bind(), context.get_context().opts["web_role"]
    ddl_search.drop_index(connection)
    with op.batch_alter_table("term") as batch:
        batch.drop_index("ix_term_merged_into_id")
        batch.drop_constraint("fk_term_tenant_id_merged_into_id", type_="foreignkey")
        batch.drop_column("merged_into_id")
    for table in reversed(TABLES):
        op.drop_table(table)
    ddl_erasing.not_from_trash(connection, role)
    op.drop_index("ix_page_trash", "page")
    op.drop_index("ix_page_title", "page")
    for name, columns in LISTS.items():
        op.drop_index(name, "page")
        op.create_index(name, "page", columns)
    for column in ("purged_at", "trashed_by_label", "trashed_at"):
        op.drop_column("page", column)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "page", columns, sqlite_where=where, postgresql_where=where)
