"""The index of the live pages below no other holds those that everybody may read, and no others.

Else a menu that makes itself passed by each page with a password or for members, one by one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0510"
down_revision = "0505"
branch_labels = None
depends_on = None

ON_TOP = "type = 'page' AND parent_id IS NULL AND live_revision_id IS NOT NULL"
OPEN = " AND access_password_hash IS NULL AND for_members IS {}"


def upgrade() -> None:
    op.drop_index("ix_page_top", "page")
    _make(ON_TOP + OPEN)


def downgrade() -> None:
    op.drop_index("ix_page_top", "page")
    _make(ON_TOP)


def _make(condition: str) -> None:
    op.create_index(
        "ix_page_top", "page", ["account_id", "type", "position", "id"],
        sqlite_where=sa.text(condition.format("0")),
        postgresql_where=sa.text(condition.format("false")),
    )  # fmt: skip
