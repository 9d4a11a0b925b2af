"""Ending transactions that nobody goes on with: of a process that stands still, a host cut off.

What they have locked nobody else can carry out. `idle_in_transaction_session_timeout` alone does
not do: PostgreSQL (18) does not start it after statements that were sent as a pipeline.
"""

from datetime import timedelta

import structlog
from sqlalchemy import text

from tenants.db import db
from tenants.engines import writing

IDLE = timedelta(seconds=30)
log = structlog.get_logger()
_END = text(
    "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND usename = session_user AND pid <> pg_backend_pid() "
    "AND state IN ('idle in transaction', 'idle in transaction (aborted)') "
    "AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)


def end_stalled(idle: timedelta = IDLE) -> int:
    """End transactions of the portal's role that asked nothing for `idle`; return how many.

    PostgreSQL only: SQLite's lock goes with the process that holds it. The process that wakes up
    finds its connection gone, and nothing of what it had begun.
    """
    if db.engine.dialect.name != "postgresql":
        return 0
    with writing(), db.engine.connect() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))  # who logged in may end what he began
        ended = connection.execute(_END, {"seconds": idle.total_seconds()}).all()
    if ended:
        log.warning("transactions that stood still were ended", processes=[row[0] for row in ended])
    return len(ended)
