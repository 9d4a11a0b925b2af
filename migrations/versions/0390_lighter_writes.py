"""What every page, schedule and event pays for being written, without what nobody asks for.

Indexes that begin as another one of the table does go. Those on something that most rows do not
have hold only the rows that have it. On PostgreSQL events are noted as waiting for their seal by
the statement, not one by one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0390"
down_revision = "0370"
branch_labels = None
depends_on = None

SPARE = (
    ("page", "tenant_id"), ("page", "account_id"),
    ("schedule", "tenant_id"), ("schedule", "account_id"),
)  # fmt: skip
SOME = (
    ("ix_page_parent_id", "page", ["parent_id"], "parent_id IS NOT NULL"),
    ("ix_audit_event_actor_id", "audit_event", ["actor_id"], "actor_id IS NOT NULL"),
    (
        "ix_audit_event_tenant_id_outcome", "audit_event", ["tenant_id", "outcome", "at", "id"],
        "outcome != 'done'",
    ),
)  # fmt: skip
INTO = "INSERT INTO audit_waiting (event_id, tenant_id, account_id)"
BY_ROW = f"{INTO} VALUES (NEW.id, NEW.tenant_id, NEW.account_id)"
BY_STATEMENT = f"{INTO} SELECT id, tenant_id, account_id FROM added"  # noqa: S608 - our own names


def upgrade() -> None:
    for table, column in SPARE:
        op.drop_index(f"ix_{table}_{column}", table)
    for name, table, columns, where in SOME:
        op.drop_index(name, table)
        only = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
    _queue(BY_STATEMENT, "REFERENCING NEW TABLE AS added FOR EACH STATEMENT")


def downgrade() -> None:
    _queue(BY_ROW, "FOR EACH ROW")
    for name, table, columns, _where in SOME:
        op.drop_index(name, table)
        op.create_index(name, table, columns)
    for table, column in SPARE:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _queue(work: str, level: str) -> None:
    """Have PostgreSQL note new events in another way. SQLite knows triggers by row only."""
    if op.get_bind().dialect.name != "postgresql":
        return
    name = "audit_event_queued"
    op.execute(f"DROP TRIGGER {name} ON audit_event")
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {work}; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER INSERT ON audit_event {level} EXECUTE FUNCTION {name}()"
    )
