"""Search on PostgreSQL finds words such as 5e1f, which its own parser takes apart; one sigma.

Back again nothing is changed: the version before finds no less by words that stand whole.
"""

import sqlalchemy as sa
from alembic import op

from portal.content.search_index import LAST_SIGMA, SIGMA
from tenants import ddl_search

revision = "0505"
down_revision = "0500"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    _reach_everything("across")
    for index in (ddl_search.DRAFTS, ddl_search.LIVE):
        ddl_search.take_words_whole(connection, index)
        words = sa.table(index.table, sa.column("words"))
        said = words.c.words
        one = sa.func.replace(said, LAST_SIGMA, SIGMA)
        op.execute(sa.update(words).where(said.contains(LAST_SIGMA)).values(words=one))
    _reach_everything("")


def downgrade() -> None:
    pass


def _reach_everything(scope: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text("SELECT set_config('portal.scope', :scope, true)"), {"scope": scope}
        )
