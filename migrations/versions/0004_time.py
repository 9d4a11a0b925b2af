"""Time for the account tree and roles, and groups: what was true when, kept with from and until."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime, new_id

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DIRECTORY = ("account_place", "account_state")
SHARED = ("role_parent", "person_group", "group_member")
INDEXED = {
    "account_place": ("account_id", "parent_id", "tenant_id"),
    "account_state": ("account_id", "tenant_id"),
    "role_parent": ("parent_id", "role_id", "tenant_id"),
    "person_group": ("account_id", "tenant_id"),
    "group_member": ("account_id", "tenant_id"),
}


def upgrade() -> None:
    _accounts()
    _roles()
    _groups()
    for table, columns in INDEXED.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("ix_group_member_person_id_ended_at", "group_member", ["person_id", "ended_at"])
    op.create_index(
        "uq_group_member_current", "group_member", ["group_id", "person_id"], unique=True,
        sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    connection = op.get_bind()
    with _everything(connection):
        _carry_over(connection)
    with op.batch_alter_table("role") as batch:
        batch.drop_constraint("fk_role_parent_id", type_="foreignkey")
        batch.drop_column("parent_id")
    for table in DIRECTORY:
        ddl.row_security(connection, table, directory=True)
    for table in SHARED:
        ddl.row_security(connection, table, directory=True, shared=True)


def _accounts() -> None:
    with op.batch_alter_table("account") as batch:
        batch.add_column(
            sa.Column("state", sa.String(length=16), nullable=False, server_default="open")
        )
        batch.add_column(
            sa.Column("halted", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_check_constraint(
            op.f("ck_account_state"), "state IN ('open', 'suspended', 'closing', 'closed')"
        )
    op.create_table(
        "account_place",
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        *_times(),
        *_row("account_place"),
        _key("account_place", "parent_id", "account.id"),
    )
    op.create_table(
        "account_state",
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_label", sa.String(length=300), nullable=False),
        *_times(),
        *_row("account_state"),
    )


def _roles() -> None:
    with op.batch_alter_table("role") as batch:
        batch.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch.add_column(
            sa.Column("created_at", UtcDateTime(), nullable=False, server_default="2026-01-01")
        )
        batch.add_column(sa.Column("deleted_at", UtcDateTime(), nullable=True))
        batch.create_foreign_key(op.f("fk_role_account_id"), "account", ["account_id"], ["id"])
        batch.create_index(op.f("ix_role_account_id"), ["account_id"])
    op.create_table(
        "role_parent",
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        *_times(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        _key("role_parent", "role_id", "role.id"),
        _key("role_parent", "parent_id", "role.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_parent")),
    )


def _groups() -> None:
    op.create_table(
        "person_group",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        *_row("person_group", tenant=False),
        sa.CheckConstraint("tenant_id IS NOT NULL", name=op.f("ck_person_group_tenant")),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *_times(),
        sa.Column("added_by_label", sa.String(length=300), nullable=False),
        sa.Column("ended_by_label", sa.String(length=300), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        *_row("group_member", tenant=False),
        _key("group_member", "group_id", "person_group.id"),
        _key("group_member", "person_id", "person.id"),
        sa.CheckConstraint("tenant_id IS NOT NULL", name=op.f("ck_group_member_tenant")),
    )
    with op.batch_alter_table("grant") as batch:
        batch.alter_column("person_id", existing_type=sa.Uuid(), nullable=True)
        batch.add_column(sa.Column("group_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_grant_group_id"), "person_group", ["group_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_grant_bearer"), "(person_id IS NULL) <> (group_id IS NULL)"
        )
        batch.create_index(op.f("ix_grant_group_id"), ["group_id"])


def _times() -> list[Any]:
    return [
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
    ]


def _row(table: str, *, tenant: bool = True) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=not tenant),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _key(table, "account_id", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


@contextmanager
def _everything(connection: sa.Connection) -> Iterator[None]:
    """See the rows of every tenant inside the block, past row-level security."""
    known = connection.dialect.name == "postgresql"
    for scope in ("across", ""):
        if known:
            connection.execute(sa.text(f"SELECT set_config('portal.scope', '{scope}', true)"))
        if scope:
            yield


def _fresh(connection: sa.Connection) -> Any:
    return new_id() if connection.dialect.name == "postgresql" else new_id().hex


def _carry_over(connection: sa.Connection) -> None:
    """Note where every account stands and which role each role inherits from, since ever."""
    accounts = connection.execute(
        sa.text("SELECT id, tenant_id, parent_id, created_at FROM account")
    ).all()
    for old in accounts:
        known = {"tenant": old.tenant_id, "account": old.id, "since": old.created_at}
        connection.execute(
            sa.text("INSERT INTO account_place (id, tenant_id, account_id, since, parent_id) "
                    "VALUES (:id, :tenant, :account, :since, :parent)"),
            known | {"id": _fresh(connection), "parent": old.parent_id},
        )  # fmt: skip
        connection.execute(
            sa.text("INSERT INTO account_state "
                    "(id, tenant_id, account_id, since, state, reason, by_label) "
                    "VALUES (:id, :tenant, :account, :since, 'open', '', '')"),
            known | {"id": _fresh(connection)},
        )  # fmt: skip
    since = min((old.created_at for old in accounts), default="2026-01-01 00:00:00.000000")
    roles = sa.text("SELECT id, tenant_id, parent_id FROM role WHERE parent_id IS NOT NULL")
    for old in connection.execute(roles).all():
        connection.execute(
            sa.text("INSERT INTO role_parent (id, tenant_id, role_id, parent_id, since) "
                    "VALUES (:id, :tenant, :role, :parent, :since)"),
            {"id": _fresh(connection), "tenant": old.tenant_id, "role": old.id,
             "parent": old.parent_id, "since": since},
        )  # fmt: skip


def downgrade() -> None:
    connection = op.get_bind()
    with op.batch_alter_table("role") as batch:
        batch.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_role_parent_id"), "role", ["parent_id"], ["id"])
    with _everything(connection):
        connection.execute(
            sa.text("UPDATE role SET parent_id = (SELECT l.parent_id FROM role_parent l "
                    "WHERE l.role_id = role.id AND l.ended_at IS NULL)")
        )  # fmt: skip
        connection.execute(sa.text('DELETE FROM "grant" WHERE group_id IS NOT NULL'))
    with op.batch_alter_table("grant") as batch:
        batch.drop_index(op.f("ix_grant_group_id"))
        batch.drop_constraint(op.f("ck_grant_bearer"), type_="check")
        batch.drop_constraint(op.f("fk_grant_group_id"), type_="foreignkey")
        batch.drop_column("group_id")
        batch.alter_column("person_id", existing_type=sa.Uuid(), nullable=False)
    for table in ("group_member", "person_group", "role_parent", "account_state", "account_place"):
        op.drop_table(table)
    with op.batch_alter_table("role") as batch:
        batch.drop_index(op.f("ix_role_account_id"))
        batch.drop_constraint(op.f("fk_role_account_id"), type_="foreignkey")
        for column in ("deleted_at", "created_at", "account_id"):
            batch.drop_column(column)
    with op.batch_alter_table("account") as batch:
        batch.drop_constraint(op.f("ck_account_state"), type_="check")
        batch.drop_column("halted")
        batch.drop_column("state")
