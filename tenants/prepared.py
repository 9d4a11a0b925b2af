"""Having PostgreSQL take a statement apart once for each connection, not each time it is sent.

psycopg prepares what a connection sent five times, but forgets all of it at a ROLLBACK, with which
SQLAlchemy ends what only read: so here that ends by COMMIT. A plan is made each time: one for all
tenants would be one for none of them, since a few have most of the rows. What finds few rows by a
key, whoever asks, says so (`by_key`) and is planned once for each connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, Executable, event, literal_column

Q = TypeVar("Q", bound=Executable)
_OPTION = "planned_once"
_CHANGE = "SET LOCAL plan_cache_mode"
_PLANLESS = (_CHANGE, "SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")
_keys_alone: ContextVar[bool] = ContextVar("keys_alone", default=False)


def by_key(query: Q) -> Q:
    """Return the statement to be planned once: every table in it is come to by an index on a key.

    So the plan is good for any values. None of its indexes may hang on a value that is given (a
    partial index whose condition is a parameter), and it returns all it finds, in whatever order:
    who has most of the rows would have all of them sorted for the first few, since for anybody
    there are few. A single step along an index in its order is fine, once EXPLAIN has shown it.
    """
    return query.execution_options(**{_OPTION: True})


def cut(query: Any, most: int) -> Any:
    """Return the statement for at most so many rows, a number that the planner knows."""
    return query.limit(literal_column(str(int(most))))


@contextmanager
def keys_alone() -> Iterator[None]:
    """Have every statement sent in the block taken as one `by_key`."""
    token = _keys_alone.set(True)
    try:
        yield
    finally:
        _keys_alone.reset(token)


def mode(once: bool) -> str:
    """Return the `plan_cache_mode` in which statements are planned `once`, or each time."""
    return "force_generic_plan" if once else "force_custom_plan"


def note_mode(connection: Connection, once: bool) -> None:
    """Note which mode was set for the transaction that just began."""
    connection.info[_OPTION] = once


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
    event.listen(engine, "begin", _begin)
    event.listen(engine, "rollback_savepoint", _forget)
    event.listen(engine, "before_cursor_execute", _choose)


def _plan_for_the_values(connection: Any, _record: Any) -> None:
    autocommit = connection.autocommit
    connection.autocommit = True
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.autocommit = autocommit


def _begin(connection: Connection) -> None:
    connection.info[_OPTION] = False


def _forget(connection: Connection, *_savepoint: Any) -> None:
    """Take the mode as unknown: a savepoint that is rolled back takes a change of it back."""
    if not connection.invalidated:  # with the connection the mode went too
        connection.info[_OPTION] = None


def _choose(connection: Any, cursor: Any, sql: str, _given: Any, context: Any, _many: bool) -> None:
    """Change the mode where the statement wants the other one; to add rows either will do.

    Who writes asks for this and that in turn: his mode changes at most once, to plan for values.
    """
    if sql.startswith(_PLANLESS) or _only_adds(context):
        return
    options = context.execution_options if context is not None else {}
    once = bool(options.get(_OPTION)) or _keys_alone.get()
    if connection.info.get(_OPTION) is not once and (cursor.connection.read_only or not once):
        connection.exec_driver_sql(f"{_CHANGE} = {mode(once)}")
        connection.info[_OPTION] = once


def _only_adds(context: Any) -> bool:
    if context is None or not context.isinsert:
        return False
    return getattr(context.compiled.statement, "select", None) is None
