"""The newest pages: of a whole tenant, and of each of many accounts without a look at the rows.

Row-level security asks for the scope once for each statement here, not for each row: of these two
tables a list looks at thousands of rows, and that is half of its price.
"""

from alembic import op

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None

_SCOPE = "current_setting('portal.scope', true)"
_TENANT = "nullif(current_setting('portal.tenant', true), '')::uuid"


def upgrade() -> None:
    op.drop_index("ix_page_list", "page")
    op.create_index("ix_page_list", "page", ["account_id", "changed_at", "id", "tenant_id"])
    op.create_index("ix_page_recent", "page", ["tenant_id", "changed_at", "id", "account_id"])
    op.create_index(
        "ix_account_closure_below", "account_closure",
        ["ancestor_id", "descendant_id", "tenant_id", "distance"],
    )  # fmt: skip
    _guard_by(f"(SELECT {_SCOPE})", f"(SELECT {_TENANT})")


def downgrade() -> None:
    _guard_by(_SCOPE, _TENANT)
    op.drop_index("ix_account_closure_below", "account_closure")
    op.drop_index("ix_page_recent", "page")
    op.drop_index("ix_page_list", "page")
    op.create_index("ix_page_list", "page", ["account_id", "changed_at", "id"])


def _guard_by(scope: str, tenant: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    inside = f"{scope} = 'across' OR tenant_id = {tenant}"
    for table in ("page", "account_closure"):
        op.execute(f"ALTER POLICY tenant ON {table} USING ({inside}) WITH CHECK ({inside})")
    op.execute(f"ALTER POLICY directory ON account_closure USING ({scope} = 'directory')")
