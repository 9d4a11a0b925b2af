"""A comment says itself that it came from outside, wherever the link is that it came through.

Back again, what went along with a page that moved is not marked any more: its link is not known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0490"
down_revision = "0485"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "comment",
        sa.Column("from_outside", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _reach_everything("across")
    comment = sa.table("comment", sa.column("from_outside"), sa.column("share_id"))
    shared = comment.c.share_id.is_not(None)
    op.execute(sa.update(comment).where(shared).values(from_outside=sa.true()))
    _reach_everything("")


def downgrade() -> None:
    op.drop_column("comment", "from_outside")


def _reach_everything(scope: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text("SELECT set_config('portal.scope', :scope, true)"), {"scope": scope}
        )
