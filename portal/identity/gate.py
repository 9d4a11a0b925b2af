"""A gate for work that is dear on purpose: few at once, few waiting, the rest turned away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TooBusy(RuntimeError):
    """More at once than this process takes; try again in a moment."""


class Gate:
    """Lets `at_once` in, makes `waiting` more wait up to `seconds`, and turns away all others.

    Those inside and those waiting together must be fewer than the threads of a web process, or a
    flood of sign-ins would leave none to serve pages.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a turn for the block. Raises TooBusy when there is no place or no turn in time."""
        if not self._places.acquire(blocking=False):
            raise TooBusy(_SENTENCE)
        try:
            if not self._turns.acquire(timeout=self._seconds):
                raise TooBusy(_SENTENCE)
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


_SENTENCE = "Many people are signing in at this moment. Wait half a minute, then try again."
