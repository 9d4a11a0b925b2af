"""Reading from a replica: when it may stand in for the primary, and from where on it must not.

A replica stands in for whole blocks, never for single statements, so that all a block reads agrees.
It does so while it has replayed everything the primary had written a moment ago; how long ago is
measured by this machine's clock alone, so no two clocks are compared.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from tenants.db import db
from tenants.engines import choosing, chosen, reading

KEY = "replica"
"""What the replica is called among the application's engines."""
FOR_READERS = 0.25
FOR_LISTS = 1.0
"""Seconds a replica may be behind, for the public sites and for people's lists."""
MARK_EVERY = 0.1
LET_ALONE = 5.0
"""Seconds for which a replica that did not answer is not asked again."""
_WRITTEN = text("SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint")
_REPLAYED = text("SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint")


class Replica:
    """What this process knows of one replica. Positions are bytes of the write-ahead log."""

    def __init__(self, primary: Engine, engine: Engine) -> None:
        self._primary, self._engine = primary, engine
        self._marks: deque[tuple[float, int]] = deque(maxlen=32)
        self._marking = threading.Lock()
        self._let_alone_until = 0.0

    def if_fit(self, behind: float, after: int) -> Engine | None:
        """Return the replica's engine, or None when the primary has to be asked.

        The replica is to have all that was written `behind` seconds ago, and position `after`.
        """
        if time.monotonic() < self._let_alone_until:
            return None
        self._mark()
        try:
            replayed = _ask(self._engine, _REPLAYED)
        except SQLAlchemyError:
            self._let_alone_until = time.monotonic() + LET_ALONE
            return None
        if replayed is None or replayed < after:
            return None
        had = max((at for at, written in list(self._marks) if written <= replayed), default=0.0)
        return self._engine if time.monotonic() - had <= behind else None

    def _mark(self) -> None:
        """Note how far the primary has written, unless that was done a moment ago."""
        if not self._marking.acquire(blocking=False):
            return
        try:
            started = time.monotonic()
            if not self._marks or started - self._marks[-1][0] >= MARK_EVERY:
                with suppress(SQLAlchemyError):  # without new marks nothing is fit for long
                    self._marks.append((started, _ask(self._primary, _WRITTEN) or 0))
        finally:
            self._marking.release()


_of: WeakKeyDictionary[Engine, Replica] = WeakKeyDictionary()


def attach(primary: Engine, engine: Engine) -> None:
    """Have `engine` stand in for `primary` where a block says `nearby`."""
    _of[primary] = Replica(primary, engine)


@contextmanager
def nearby(behind: float, after: int = 0) -> Iterator[None]:
    """Let what the block only reads come from a replica that is fit for all of it.

    A block inside another keeps to what that one chose. Without a replica nothing is asked.
    """
    replica = _of.get(db.engine)
    if replica is None or chosen() is not None:
        yield
        return
    with choosing(replica.if_fit(behind, after) or db.engine):
        yield


def written() -> int | None:
    """Return the primary's position in its log, behind all this process committed.

    None where there is no replica, or the primary cannot be asked.
    """
    if db.engine not in _of:
        return None
    try:
        return _ask(db.engine, _WRITTEN)
    except SQLAlchemyError:
        return None


def _ask(engine: Engine, query: Any) -> int | None:
    with reading(), engine.connect() as connection:
        found: int | None = connection.scalar(query)
        return found
