"""Making answers beside those who ask: one after the other, in a thread of this process."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

log = structlog.get_logger()


class Beside:
    """What is being made by nobody who waits for it. The thread begins with the first of it."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Tell whether something is being made."""
        return bool(self._waiting)

    def do(self, place: str, make: Callable[[], object]) -> None:
        """Have it made, unless that is under way. What goes wrong is written to the log."""
        with self._lock:
            if place in self._waiting:
                return
            self._waiting.add(place)
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="answers")
        self._pool.submit(self._make, place, make)

    def _make(self, place: str, make: Callable[[], object]) -> None:
        try:
            make()
        except Exception:
            log.exception("an answer could not be made", place=place)
        finally:
            with self._lock:
                self._waiting.discard(place)
