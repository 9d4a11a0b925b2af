"""How a site looks, and a menu for its foot."""

import sqlalchemy as sa
from alembic import op

revision = "0370"
down_revision = "0360"
branch_labels = None
depends_on = None

LOOK = {"theme": 20, "accent": 7, "accent_dark": 7, "tint": 20, "font": 20, "size": 20,
        "width": 20, "corners": 20}  # fmt: skip


def upgrade() -> None:
    for name, length in LOOK.items():
        op.add_column("site", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.add_column(
        "menu", sa.Column("footer", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Drop the columns one by one: making the tables anew would lose the triggers on them."""
    op.drop_column("menu", "footer")
    for name in LOOK:
        op.drop_column("site", name)
