"""Having PostgreSQL take a statement apart once for each connection, not each time it is sent.

psycopg prepares what a connection sent five times, but forgets all of it at a ROLLBACK, with which
SQLAlchemy ends what only read: so here that ends by COMMIT. A plan is made each time: one for all
tenants would be one for none of them, since a few have most of the rows.
"""

from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event


def prefer(engine: Engine) -> None:
    """Have an engine for PostgreSQL, and psycopg, work so."""
    dialect: Any = engine.dialect
    roll_back = dialect.do_rollback

    def do_rollback(connection: Any) -> None:
        driver = getattr(connection, "driver_connection", connection)
        if driver.read_only and driver.info.transaction_status == TransactionStatus.INTRANS:
            driver.commit()
        else:
            roll_back(connection)

    dialect.do_rollback = do_rollback
    event.listen(engine, "connect", _plan_for_the_values)


def _plan_for_the_values(connection: Any, _record: Any) -> None:
    autocommit = connection.autocommit
    connection.autocommit = True
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.autocommit = autocommit
