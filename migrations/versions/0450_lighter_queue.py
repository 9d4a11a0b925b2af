"""What waits for a seal no longer looks up its account: its event has just done so.

On PostgreSQL that look-up cost more than the row, and was done twice for every event.
"""

import sqlalchemy as sa
from alembic import op

revision = "0450"
down_revision = "0440"
branch_labels = None
depends_on = None

TABLE, NAME = "audit_waiting", "fk_audit_waiting_account_id"
QUEUED = (
    "CREATE TRIGGER audit_event_queued AFTER INSERT ON audit_event BEGIN INSERT INTO audit_waiting "
    "(event_id, tenant_id, account_id) VALUES (NEW.id, NEW.tenant_id, NEW.account_id); END"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(NAME, TABLE)
        return
    op.execute("DROP TRIGGER audit_event_queued")
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(NAME, type_="foreignkey")
    op.execute(sa.text(QUEUED))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(NAME, TABLE, "account", ["account_id"], ["id"])
        return
    op.execute("DROP TRIGGER audit_event_queued")
    with op.batch_alter_table(TABLE) as batch:
        batch.create_foreign_key(NAME, "account", ["account_id"], ["id"])
    op.execute(sa.text(QUEUED))
