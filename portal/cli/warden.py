"""Ends what a killed supervisor would leave behind.

A supervised child leads a session of its own, so everything it starts (web workers, job processes,
whatever process group they chose) can be found and ended by that session. The warden is a small
process that holds one end of a pipe: when the other end is closed, by a normal end or by `kill -9`,
it ends every session it was told of.

Runs as a script too (`python -I -S warden.py`), so it uses the standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

GRACE_SECONDS = 5.0
PR_SET_PDEATHSIG = 1


def members(session: int) -> list[int]:
    """Ids of the running processes of a session. Elsewhere than on Linux: the leader alone."""
    if not sys.platform.startswith("linux"):
        return [session] if _runs(session) else []
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            state, of_session = _state_and_session(entry.name)
            if of_session == session and state not in ("Z", "X"):
                found.append(int(entry.name))
    return found


def _state_and_session(pid: str) -> tuple[str, int]:
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return "X", -1
    # The program's name, in brackets, may hold anything, brackets and spaces included.
    fields = status[status.rindex(b")") + 2 :].split()
    return fields[0].decode(), int(fields[3])


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def end(session: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Signal every process of a session; SIGKILL again until none is left that could fork."""
    for _ in range(20):
        left = members(session)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(session, number)
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        if number is not signal.SIGKILL or not left:
            return
        time.sleep(0.02)


def die_with_parent() -> Callable[[], None] | None:
    """A `preexec_fn`: the kernel sends SIGTERM to the child when its parent dies (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


class Warden:
    """The near end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdin is not None  # noqa: S101  a pipe was asked for
        self._pipe = self._process.stdin

    def watch(self, session: int) -> None:
        """End this session when the calling process ends, however it ends."""
        self._tell(f"+{session}\n")

    def forget(self, session: int) -> None:
        """The session is over; its number may be used again by others."""
        self._tell(f"-{session}\n")

    def close(self) -> None:
        """End what is still watched, and wait for that."""
        with contextlib.suppress(OSError):
            self._pipe.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        # A killed warden cannot be told; the kernel's signal still stands behind it.
        with contextlib.suppress(OSError):
            self._pipe.write(line.encode())
            self._pipe.flush()


def _end_all(sessions: Iterable[int]) -> None:
    watched = list(sessions)
    for session in watched:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(session, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(members(session) for session in watched):
        time.sleep(0.05)
    for session in watched:
        end(session)


def main() -> None:
    """Read `+id` and `-id` lines until the pipe closes, then end what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watched: dict[int, None] = {}
    for line in sys.stdin:
        session = int(line[1:])
        if line.startswith("+"):
            watched[session] = None
        else:
            watched.pop(session, None)
    _end_all(watched)


if __name__ == "__main__":
    main()
