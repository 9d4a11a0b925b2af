"""Whose turn it is to make an answer: one thread of one process at a time, as far as may be.

Between processes the turn is a key in Redis that ends by itself; with Redis out of reach each
process makes its own, and one that hangs is not waited for as long as readers may get old bytes.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from redis.exceptions import RedisError

from portal.jobs.queue import connect

LONGEST = 3.0
"""Seconds after which a turn is taken for lost."""
PATIENCE = 0.1
"""Seconds Redis has for an answer."""
UNREACHED = 10.0
"""Seconds for which Redis is left alone when it could not be reached."""


class Turns:
    """The answers being made by this process."""

    def __init__(self, app: Flask) -> None:
        self._redis = connect(app.config["PORTAL"], timeout=PATIENCE)
        self._making: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._away_until = 0.0

    def __len__(self) -> int:
        return len(self._making)

    @contextmanager
    def take(self, place: str) -> Iterator[threading.Event | None]:
        """Yield None when it is the block's turn, else what is set when the other's is over."""
        with self._lock:
            other = self._making.get(place)
            if other is None:
                mine = self._making[place] = threading.Event()
        if other is not None:
            yield other
            return
        try:
            yield None
        finally:
            with self._lock:
                del self._making[place]
            mine.set()

    @contextmanager
    def across(self, place: str) -> Iterator[bool]:
        """Yield whether it is this process's turn among all; True when nobody can tell."""
        key = "portal:making:" + hashlib.sha256(place.encode()).hexdigest()[:32]
        mine = self._ask(key)
        try:
            yield mine
        finally:
            if mine and time.monotonic() >= self._away_until:
                self._give_back(key)

    def _ask(self, key: str) -> bool:
        if time.monotonic() < self._away_until:
            return True
        try:
            return bool(self._redis.set(key, "1", nx=True, px=round(LONGEST * 1000)))
        except RedisError:
            self._away_until = time.monotonic() + UNREACHED
            return True

    def _give_back(self, key: str) -> None:
        try:
            self._redis.delete(key)
        except RedisError:
            self._away_until = time.monotonic() + UNREACHED
