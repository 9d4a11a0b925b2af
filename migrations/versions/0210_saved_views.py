"""One table for the views that people save of lists."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0210"
down_revision = "0205"
branch_labels = None
depends_on = None

OLD = {"list_view": "pages", "trail_view": "trail"}
OWN = "id, tenant_id, account_id, person_id, name, query, created_at"


def upgrade() -> None:
    _table("saved_view", sa.Text(), of=True)
    _everywhere("across")
    for table, of in OLD.items():
        copy = f"INSERT INTO saved_view ({OWN}, of) SELECT {OWN}, '{of}' FROM {table}"  # noqa: S608
        op.execute(copy)
    _everywhere("")
    for table in OLD:
        op.drop_table(table)


def downgrade() -> None:
    for table, of in OLD.items():
        _table(table, sa.Text() if of == "pages" else sa.String(500), of=False)
        _everywhere("across")
        where = f"of = '{of}'" + (" AND length(query) <= 500" if of == "trail" else "")
        copy = f"INSERT INTO {table} ({OWN}) SELECT {OWN} FROM saved_view WHERE {where}"  # noqa: S608
        op.execute(copy)
        _everywhere("")
    op.drop_table("saved_view")


def _table(name: str, query: sa.types.TypeEngine[str], *, of: bool) -> None:
    key = ("tenant_id", "account_id", "person_id", *(["of"] if of else []), "name")
    kind = [
        sa.Column("of", sa.String(16), nullable=False),
        sa.CheckConstraint("of IN ('pages', 'trail')", name=op.f("ck_saved_view_of")),
    ]
    op.create_table(
        name,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *(kind if of else []),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", query, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{name}_person_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{name}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*key, name=op.f(f"uq_{name}_{'_'.join(key)}")),
    )
    for column in ("account_id", "tenant_id"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
    ddl.row_security(op.get_bind(), name)


def _everywhere(scope: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT set_config('portal.scope', '{scope}', true)")
