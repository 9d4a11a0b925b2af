"""One temporary folder per test run, shared by all its test processes, and gone with it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VARIABLE = "PORTAL_TEST_RUN"
OWNER = "PORTAL_TEST_RUN_OWNER"
MEMORY = Path("/dev/shm")
ENOUGH = 3 * 1024**3
_at_end: list[Callable[[], None]] = []


def run_folder() -> Path:
    """The folder. Others may pass through (a server may run as another user) but not look."""
    return Path(os.environ[VARIABLE])


def owner() -> int:
    """Process id of the run: when it is gone, so is the run."""
    return int(os.environ[OWNER])


@contextmanager
def once(name: str) -> Iterator[Path | None]:
    """For work that one test process does for all: gives a file to write, or None if it is done.

    The others wait. Work that raises is tried again by the next.
    """
    done = run_folder() / f"{name}.done"
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            yield None
            return
        result = run_folder() / f"{name}.result"
        yield result
        done.touch()


def at_end(action: Callable[[], None]) -> None:
    """Run `action` in the process that owns the run, before the folder goes."""
    _at_end.append(action)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or VARIABLE in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-", dir=_quickest()))
    folder.chmod(0o711)
    os.environ[VARIABLE] = str(folder)
    os.environ[OWNER] = str(os.getpid())


def _quickest() -> Path | None:
    """Memory, where there is plenty: copies of databases are most of what is written there."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        return MEMORY
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or os.environ.get(OWNER) != str(os.getpid()):
        return
    for action in reversed(_at_end):
        action()
    shutil.rmtree(os.environ.pop(VARIABLE), ignore_errors=True)
    del os.environ[OWNER]
