"""Freezes in a table of their own, who ran a schedule by hand, and saved views of schedules."""

import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0320"
down_revision = "0310"
branch_labels = None
depends_on = None

FREEZE = sa.table(
    "freeze",
    *(sa.column(name, sa.Uuid()) for name in ("id", "tenant_id", "account_id")),
    *(sa.column(name, UtcDateTime()) for name in ("since", "until", "made_at", "lifted_at")),
    *(sa.column(name) for name in ("name", "zone", "reason", "made_by_label", "lifted_by_label")),
)


def upgrade() -> None:
    _make_freezes()
    op.add_column(
        "schedule", sa.Column("run_by_label", sa.String(300), nullable=False, server_default="")
    )
    op.create_index("ix_schedule_tenant_id_when", "schedule", ["tenant_id", "due_at", "id"])
    _views_of("pages", "schedules", "trail")
    ddl.row_security(op.get_bind(), "freeze", shared=True)
    _take_over_policies(op.get_bind())


def downgrade() -> None:
    _reach_everything(op.get_bind(), "across")
    op.execute("DELETE FROM saved_view WHERE of = 'schedules'")
    _reach_everything(op.get_bind(), "")
    _views_of("pages", "trail")
    op.drop_index("ix_schedule_tenant_id_when", "schedule")
    op.drop_column("schedule", "run_by_label")
    op.drop_table("freeze")


def _make_freezes() -> None:
    op.create_table(
        "freeze",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid()),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_label", sa.String(300), nullable=False),
        sa.Column("lifted_at", UtcDateTime()),
        sa.Column("lifted_by_label", sa.String(300), nullable=False),
        sa.CheckConstraint("since < until", name=op.f("ck_freeze_span")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_freeze_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze")),
    )
    op.create_index(op.f("ix_freeze_tenant_id"), "freeze", ["tenant_id"])
    op.create_index("ix_freeze_account_id_until", "freeze", ["account_id", "until"])


def _views_of(*lists: str) -> None:
    with op.batch_alter_table("saved_view") as table:
        table.drop_constraint(op.f("ck_saved_view_of"), type_="check")
        table.create_check_constraint(op.f("ck_saved_view_of"), f"of IN {lists}")


def _take_over_policies(connection: sa.Connection) -> None:
    """Make a freeze of each span that the policy of old told, and end that policy."""
    _reach_everything(connection, "across")
    policy = sa.table(
        "policy", sa.column("id", sa.Uuid()), sa.column("tenant_id", sa.Uuid()),
        sa.column("account_id", sa.Uuid()), sa.column("key"), sa.column("value", sa.JSON()),
        sa.column("ended_at", UtcDateTime()), sa.column("set_by_label"), sa.column("because"),
    )  # fmt: skip
    held = policy.c.key == "freeze_windows", policy.c.ended_at.is_(None)
    made = [
        _freeze(row, window)
        for row in connection.execute(sa.select(policy).where(*held)).all()
        for window in row.value
    ]
    if made:
        connection.execute(sa.insert(FREEZE), made)
    connection.execute(sa.update(policy).where(*held).values(ended_at=datetime.now(UTC)))
    _reach_everything(connection, "")


def _freeze(row: Any, window: dict[str, str]) -> dict[str, Any]:
    zone = ZoneInfo(window["zone"])
    since, until = (
        datetime.fromisoformat(window[side]).replace(tzinfo=zone).astimezone(UTC)
        for side in ("start", "end")
    )
    return {
        "id": uuid.uuid4(), "tenant_id": row.tenant_id, "account_id": row.account_id,
        "name": window["name"], "since": since, "until": until, "zone": window["zone"],
        "reason": row.because, "made_at": datetime.now(UTC), "made_by_label": row.set_by_label,
        "lifted_at": None, "lifted_by_label": "",
    }  # fmt: skip


def _reach_everything(connection: sa.Connection, scope: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text("SELECT set_config('portal.scope', :scope, true)"), {"scope": scope}
        )
