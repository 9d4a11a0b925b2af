"""Hearing of what changed: one look at the log for all answers, at most every quarter second."""

import threading
import time

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal.content.site_changes import news_since
from portal.site.memory import Memory
from tenants.replicas import FOR_READERS, nearby

PATIENCE = 3
"""Looks that may be missed before an answer waits for one."""
WAIT, LET_ALONE = 1.0, 5.0
"""Seconds an answer waits for another's look, and for which none waits once that was in vain.

A line to the database that has fallen silent holds up who looks, and nobody else.
"""
TOO_LONG = 1800
"""Seconds without a look after which nothing at hand is trusted: the log may be shorter by then."""
log = structlog.get_logger()


class Hearing:
    """What this process knows of the log. `every` is seconds between looks, 0 to look each time."""

    def __init__(self, app: Flask, memory: Memory, every: float) -> None:
        self._app, self._memory, self._every = app, memory, every
        self._lock = threading.Lock()
        self._at = self._heard_at = self._alone_until = float("-inf")
        self._behind = FOR_READERS if app.config["PORTAL"].replica_url else 0.0
        self._mark: int | None = None
        self._seen: frozenset[int] = frozenset()

    def glance(self) -> None:
        """Be at most `every` seconds behind the log, `PATIENCE` times that while others look.

        With the database out of reach, or silent, what is at hand goes on being given.
        """
        started = time.monotonic()
        behind = started - self._at
        if behind < self._every:
            return
        waits = behind >= self._every * PATIENCE and started >= self._alone_until
        if not self._lock.acquire(timeout=WAIT if waits else 0):
            if waits:
                self._alone_until = time.monotonic() + LET_ALONE
            return
        try:
            if time.monotonic() - self._at >= self._every:
                self._look()
        finally:
            self._lock.release()

    def begin(self) -> None:
        """Know nothing any more."""
        with self._lock:
            self._at = self._heard_at = float("-inf")
            self._mark, self._seen = None, frozenset()
            self._memory.forget()

    def _look(self) -> None:
        started = time.monotonic()
        if started - self._heard_at > TOO_LONG:
            self._memory.forget()
        try:
            with self._app.app_context(), nearby(FOR_READERS):
                mark, news = news_since(self._mark or 2**62)
        except SQLAlchemyError as error:
            log.error("the log of changes is out of reach", error=str(error))
            self._at = started
            return
        for change in news:
            if change.id not in self._seen:
                self._memory.hear(change, max(self._heard_at, started - TOO_LONG))
        self._seen = frozenset(each.id for each in news if each.mark >= mark)
        self._mark, self._at, self._heard_at = mark, started, started - self._behind
