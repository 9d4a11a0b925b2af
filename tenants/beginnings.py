"""Beginning a transaction on PostgreSQL: one message says BEGIN and what the transaction may see.

SQLAlchemy and psycopg would send two, a statement of its own for the second. A page has three or
four transactions, and each costs a quarter of what it did.
"""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection

_SETTINGS = (
    "SELECT set_config('portal.scope', %s, true), set_config('portal.tenant', %s, true), "
    "set_config('plan_cache_mode', %s, true)"
)


def tell(connection: Connection, kind: str, tenant: str, mode: str) -> None:
    """Have the transaction see a scope, whether it has begun at the server or not.

    `kind` and `tenant`, an id or nothing, are the scope's as row-level security asks for them;
    `mode` is the `plan_cache_mode`. Raises OperationalError when the server is out of reach.
    """
    if not _in_one_message(connection.connection.driver_connection, kind, tenant, mode):
        connection.exec_driver_sql(_SETTINGS, (kind, tenant, mode))


def _in_one_message(driver: Any, kind: str, tenant: str, mode: str) -> bool:
    """Tell whether that was done; else SQLAlchemy's own way says what is wrong, in its words."""
    server = driver.pgconn
    special = driver.autocommit, driver.isolation_level, driver.deferrable
    if server.transaction_status != TransactionStatus.IDLE or any(special):
        return False
    begin = "BEGIN READ ONLY" if driver.read_only else "BEGIN READ WRITE"
    settings = {"portal.scope": kind, "portal.tenant": tenant, "plan_cache_mode": mode}
    told = [f"SET LOCAL {name} = {_quoted(value)}" for name, value in settings.items()]
    try:
        done = server.exec_("; ".join([begin, *told]).encode())
        if done.status == ExecStatus.COMMAND_OK:
            return True
        if server.transaction_status == TransactionStatus.INERROR:
            server.exec_(b"ROLLBACK")
    except psycopg.Error:  # gone; SQLAlchemy comes upon the same and lets go of the connection
        return False
    return False


def _quoted(value: str) -> str:
    """Return the value as a literal of SQL. Scopes, ids and modes are plain words: all else raises.

    Raises ValueError.
    """
    if not value.replace("-", "").replace("_", "").isalnum() and value:
        raise ValueError(f"{value!r} is not a plain word.")
    return f"'{value}'"
