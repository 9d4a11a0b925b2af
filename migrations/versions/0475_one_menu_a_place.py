"""A site shows at most one menu on top and one at its foot: the database holds to it.

Where there were more, the one that readers see stays: the first by its slug.
"""

import sqlalchemy as sa
from alembic import op

revision = "0475"
down_revision = "0470"
branch_labels = None
depends_on = None

PLACES = {"primary": sa.text('"primary"'), "footer": sa.text("footer")}


def upgrade() -> None:
    _reach_everything("across")
    _keep_writers_out()
    for place, shown in PLACES.items():
        _leave_the_first(place)
        op.create_index(
            f"ix_menu_{place}", "menu", ["account_id"], unique=True,
            sqlite_where=shown, postgresql_where=shown,
        )  # fmt: skip
    _reach_everything("")


def downgrade() -> None:
    for place in PLACES:
        op.drop_index(f"ix_menu_{place}", "menu")


def _keep_writers_out() -> None:
    """Let no menu be put beside another between the rows' change and the index."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("LOCK TABLE menu IN SHARE ROW EXCLUSIVE MODE")


def _leave_the_first(place: str) -> None:
    menu = sa.table(
        "menu", sa.column("account_id", sa.Uuid()), sa.column("slug", sa.String()),
        sa.column(place, sa.Boolean()),
    )  # fmt: skip
    other = menu.alias()
    first = sa.select(other).where(
        other.c.account_id == menu.c.account_id, other.c.slug < menu.c.slug, other.c[place]
    )
    op.execute(sa.update(menu).where(menu.c[place], first.exists()).values({place: False}))


def _reach_everything(scope: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text("SELECT set_config('portal.scope', :scope, true)"), {"scope": scope}
        )
