"""What people ask for."""

import sqlalchemy as sa
from alembic import op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN_REQUEST = sa.text("answered_at IS NULL")


def upgrade() -> None:
    _access_request()
    _absence()
    _email_change()
    _grant_notice()


def downgrade() -> None:
    op.drop_table("grant_notice")
    op.drop_table("email_change")
    op.drop_table("absence")
    op.drop_table("access_request")


def _access_request() -> None:
    op.create_table(
        "access_request",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_by_label", sa.String(length=300), nullable=False),
        sa.Column("answer_reason", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('right', 'join')", name=op.f("ck_access_request_kind")),
        sa.CheckConstraint(
            "answer IN ('granted', 'refused', 'withdrawn')", name=op.f("ck_access_request_answer")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_access_request_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_access_request_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_access_request_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grant.id"], name=op.f("fk_access_request_grant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    for name in ("account_id", "tenant_id"):
        op.create_index(op.f(f"ix_access_request_{name}"), "access_request", [name])
    op.create_index("ix_access_request_person_id", "access_request", ["person_id", "asked_at"])
    op.create_index(
        "ix_access_request_open", "access_request",
        ["account_id", "person_id", "kind", "wanted"],
        unique=True, sqlite_where=OPEN_REQUEST, postgresql_where=OPEN_REQUEST,
    )  # fmt: skip
    ddl.row_security(op.get_bind(), "access_request", directory=True)


def _absence() -> None:
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("by_label", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_label", sa.String(length=300), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])


def _email_change() -> None:
    op.create_table(
        "email_change",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("old_email", sa.String(length=254), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("confirm_hash", sa.String(length=64), nullable=False),
        sa.Column("undo_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_email_change_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
    )
    op.create_index(op.f("ix_email_change_person_id"), "email_change", ["person_id"])


def _grant_notice() -> None:
    op.create_table(
        "grant_notice",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_grant_notice_account_id")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_grant_notice_grant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_notice")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_grant_notice_grant_id")),
    )
    for name in ("account_id", "tenant_id"):
        op.create_index(op.f(f"ix_grant_notice_{name}"), "grant_notice", [name])
    ddl.row_security(op.get_bind(), "grant_notice")
