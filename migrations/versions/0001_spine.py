"""The first tables: accounts, people, access, content, schedules and the trail."""

import sqlalchemy as sa
from alembic import context, op

from tenants import ddl
from tenants.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("audit_event", "revision")
DIRECTORY = ("account", "account_closure", "grant")
SHARED = ("role", "role_permission")
TENANT = (
    "audit_event", "import_run", "imported_item", "menu", "page", "page_term", "redirect",
    "revision", "schedule", "site", "term",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("handle", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('house', 'master', 'secondary')", name=op.f("ck_account_kind")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["account.id"], name=op.f("fk_account_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("handle", name=op.f("uq_account_handle")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "outbox_mail",
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("dead_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
    )
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_mail_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_mail_waiting", ["sent_at", "dead_at", "next_try_at"], unique=False
        )

    op.create_table(
        "person",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("deactivated_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "role",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("for_house", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["role.id"], name=op.f("fk_role_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_role_tenant_id_key")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "account_closure",
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.Column("descendant_id", sa.Uuid(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["account.id"], name=op.f("fk_account_closure_ancestor_id")
        ),
        sa.ForeignKeyConstraint(
            ["descendant_id"], ["account.id"], name=op.f("fk_account_closure_descendant_id")
        ),
        sa.PrimaryKeyConstraint("ancestor_id", "descendant_id", name=op.f("pk_account_closure")),
    )
    with op.batch_alter_table("account_closure", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_account_closure_descendant_id"), ["descendant_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_account_closure_tenant_id"), ["tenant_id"], unique=False
        )

    op.create_table(
        "audit_event",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("target_type", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("target_label", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.String(length=300), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=300), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_audit_event_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_audit_event_account_id_at", ["account_id", "at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_request_id"), ["request_id"], unique=False)
        batch_op.create_index(
            "ix_audit_event_target", ["tenant_id", "target_type", "target_id", "at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_audit_event_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(
            "ix_audit_event_tenant_id_at", ["tenant_id", "at", "id"], unique=False
        )

    op.create_table(
        "grant",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("reach", sa.String(length=16), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=True),
        sa.Column("given_by_label", sa.String(length=300), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_label", sa.String(length=300), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reach IN ('subtree', 'account')", name=op.f("ck_grant_reach")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_grant_account_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_grant_given_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_grant_person_id")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_grant_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
    )
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_grant_person_id_ended_at", ["person_id", "ended_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_grant_role_id"), ["role_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grant_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "import_run",
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'done', 'failed')", name=op.f("ck_import_run_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_import_run_account_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_run_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_run_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_import_run_state", ["state", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_run_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "imported_item",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_imported_item_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_item")),
        sa.UniqueConstraint(
            "account_id",
            "source",
            "kind",
            "source_id",
            name=op.f("uq_imported_item_account_id_source_kind_source_id"),
        ),
    )
    with op.batch_alter_table("imported_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_imported_item_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_imported_item_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_login_session_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "mail_token",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mail_token_token_hash")),
    )
    with op.batch_alter_table("mail_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "menu",
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_menu_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu")),
        sa.UniqueConstraint("account_id", "slug", name=op.f("uq_menu_account_id_slug")),
    )
    with op.batch_alter_table("menu", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_menu_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_menu_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "page",
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("live_revision_id", sa.Uuid(), nullable=True),
        sa.Column("draft_revision_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("unpublished_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("access_password_hash", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("type IN ('page', 'post')", name=op.f("ck_page_type")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_page_account_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_page_author_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["page.tenant_id", "page.id"],
            name=op.f("fk_page_tenant_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("account_id", "address", name=op.f("uq_page_account_id_address")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_page_tenant_id_id")),
    )
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_page_list", ["account_id", "changed_at", "id"], unique=False)
        batch_op.create_index(
            "ix_page_live", ["account_id", "type", "published_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_page_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_page_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "role_permission",
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("permission", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_role_permission_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_permission")),
    )
    with op.batch_alter_table("role_permission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_permission_role_id"), ["role_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_role_permission_tenant_id"), ["tenant_id"], unique=False
        )

    op.create_table(
        "site",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("tagline", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_site_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("account_id", name=op.f("uq_site_account_id")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_site_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "term",
        sa.Column("taxonomy", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("taxonomy IN ('tag', 'category')", name=op.f("ck_term_taxonomy")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_term_account_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["term.tenant_id", "term.id"],
            name=op.f("fk_term_tenant_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint(
            "account_id", "taxonomy", "slug", name=op.f("uq_term_account_id_taxonomy_slug")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_term_tenant_id_id")),
    )
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_term_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_term_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "page_term",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_page_term_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"],
            ["page.tenant_id", "page.id"],
            name=op.f("fk_page_term_tenant_id_page_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "term_id"],
            ["term.tenant_id", "term.id"],
            name=op.f("fk_page_term_tenant_id_term_id"),
        ),
        sa.PrimaryKeyConstraint("page_id", "term_id", name=op.f("pk_page_term")),
    )
    with op.batch_alter_table("page_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_term_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_page_term_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index("ix_page_term_term_id", ["term_id", "page_id"], unique=False)

    op.create_table(
        "redirect",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_redirect_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"],
            ["page.tenant_id", "page.id"],
            name=op.f("fk_redirect_tenant_id_page_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redirect")),
        sa.UniqueConstraint("account_id", "address", name=op.f("uq_redirect_account_id_address")),
    )
    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_redirect_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_redirect_page_id", ["page_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_redirect_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("byline", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("term_ids", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_label", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_revision_account_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_revision_author_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"],
            ["page.tenant_id", "page.id"],
            name=op.f("fk_revision_tenant_id_page_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["page.tenant_id", "page.id"],
            name=op.f("fk_revision_tenant_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_revision_page_id_number")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_revision_tenant_id_id")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_revision_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "schedule",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("revision_digest", sa.String(length=64), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("wall_time", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("approver_label", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'done', 'held', 'cancelled')", name=op.f("ck_schedule_state")
        ),
        sa.CheckConstraint("what IN ('publish', 'unpublish')", name=op.f("ck_schedule_what")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_schedule_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["person.id"], name=op.f("fk_schedule_approver_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"],
            ["page.tenant_id", "page.id"],
            name=op.f("fk_schedule_tenant_id_page_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "revision_id"],
            ["revision.tenant_id", "revision.id"],
            name=op.f("fk_schedule_tenant_id_revision_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_schedule_account_id_due", ["account_id", "due_at", "id"], unique=False
        )
        batch_op.create_index("ix_schedule_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_schedule_page_id", ["page_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedule_tenant_id"), ["tenant_id"], unique=False)

    with op.batch_alter_table("page") as batch_op:
        for which in ("draft", "live"):
            batch_op.create_foreign_key(
                f"fk_page_{which}_revision",
                "revision",
                ["tenant_id", f"{which}_revision_id"],
                ["tenant_id", "id"],
            )
    _guard_rows()


def _guard_rows() -> None:
    connection = op.get_bind()
    role = context.get_context().opts["web_role"]
    ddl.make_web_role(connection, role)
    ddl.grant_tables(connection, role, APPEND_ONLY)
    for table in TENANT:
        ddl.row_security(connection, table)
    for table in DIRECTORY:
        ddl.row_security(connection, table, directory=True)
    for table in SHARED:
        ddl.row_security(connection, table, directory=True, shared=True)
    for table in APPEND_ONLY:
        ddl.append_only(connection, table)


def downgrade() -> None:
    with op.batch_alter_table("page") as batch_op:
        for which in ("draft", "live"):
            batch_op.drop_constraint(f"fk_page_{which}_revision", type_="foreignkey")
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedule_tenant_id"))
        batch_op.drop_index("ix_schedule_page_id")
        batch_op.drop_index("ix_schedule_due")
        batch_op.drop_index("ix_schedule_account_id_due")
        batch_op.drop_index(batch_op.f("ix_schedule_account_id"))

    op.drop_table("schedule")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_revision_account_id"))

    op.drop_table("revision")
    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_redirect_tenant_id"))
        batch_op.drop_index("ix_redirect_page_id")
        batch_op.drop_index(batch_op.f("ix_redirect_account_id"))

    op.drop_table("redirect")
    with op.batch_alter_table("page_term", schema=None) as batch_op:
        batch_op.drop_index("ix_page_term_term_id")
        batch_op.drop_index(batch_op.f("ix_page_term_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_page_term_account_id"))

    op.drop_table("page_term")
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_term_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_term_account_id"))

    op.drop_table("term")
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_site_account_id"))

    op.drop_table("site")
    with op.batch_alter_table("role_permission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_permission_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_role_permission_role_id"))

    op.drop_table("role_permission")
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_page_parent_id"))
        batch_op.drop_index("ix_page_live")
        batch_op.drop_index("ix_page_list")
        batch_op.drop_index(batch_op.f("ix_page_account_id"))

    op.drop_table("page")
    with op.batch_alter_table("menu", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_menu_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_menu_account_id"))

    op.drop_table("menu")
    with op.batch_alter_table("mail_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_token_person_id"))

    op.drop_table("mail_token")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_person_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("imported_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_item_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_imported_item_account_id"))

    op.drop_table("imported_item")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_run_tenant_id"))
        batch_op.drop_index("ix_import_run_state")
        batch_op.drop_index(batch_op.f("ix_import_run_account_id"))

    op.drop_table("import_run")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_grant_role_id"))
        batch_op.drop_index("ix_grant_person_id_ended_at")
        batch_op.drop_index(batch_op.f("ix_grant_account_id"))

    op.drop_table("grant")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_tenant_id_at")
        batch_op.drop_index(batch_op.f("ix_audit_event_tenant_id"))
        batch_op.drop_index("ix_audit_event_target")
        batch_op.drop_index(batch_op.f("ix_audit_event_request_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_id"))
        batch_op.drop_index("ix_audit_event_account_id_at")
        batch_op.drop_index(batch_op.f("ix_audit_event_account_id"))

    op.drop_table("audit_event")
    with op.batch_alter_table("account_closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_closure_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_account_closure_descendant_id"))

    op.drop_table("account_closure")
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_tenant_id"))

    op.drop_table("role")
    op.drop_table("person")
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_mail_waiting")
        batch_op.drop_index(batch_op.f("ix_outbox_mail_tenant_id"))

    op.drop_table("outbox_mail")
    op.drop_table("heartbeat")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_account_path"))
        batch_op.drop_index(batch_op.f("ix_account_parent_id"))

    op.drop_table("account")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION portal_refuse()")
