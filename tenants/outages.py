"""Telling a database that is busy or out of reach from a statement that is wrong."""

from sqlalchemy import exc

LOST = "8s2b"
"""SQLAlchemy's number for going on in a transaction whose connection is gone."""


def is_outage(error: BaseException | None) -> bool:
    """Tell whether an error says that the database is busy or out of reach: it may do again.

    So do a pool without a connection left, whatever is said while a connection breaks, and what
    goes on in a transaction that went with one.
    """
    if isinstance(error, exc.OperationalError | exc.TimeoutError):
        return True
    if isinstance(error, exc.PendingRollbackError):
        return error.code == LOST
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated
