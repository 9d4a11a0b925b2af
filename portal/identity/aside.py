"""Work that is dear on purpose, done by a thread to which all others come first."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
STEPS = 5
"""How far below the others (nice(2)): a third of their share. At the bottom (19) a thread that
holds Python's lock may wait long for a processor, and all of its process with it."""


class Aside:
    """One thread of this process, begun with the first work; a forked process has its own."""

    def __init__(self) -> None:
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def do(self, work: Callable[[], Result]) -> Result:
        """Return what the work returns, or raise what it raises, once its turn came."""
        return self._pool.submit(work).result()

    def _begin(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="aside", initializer=_step_back)


def _step_back() -> None:
    """Lower this thread's own priority, where threads have one."""
    if sys.platform == "linux":
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), own + STEPS)
