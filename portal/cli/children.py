"""One supervised program: what it is, and its running process with its history of deaths."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from portal.cli import warden
from portal.cli.warden import Warden

MANY_DEATHS = 5
WITHIN_SECONDS = 30.0
BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0)


def always() -> bool:
    """For a child that is ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Child:
    """A program to keep running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready: Callable[[], bool] = always
    """Asked again and again until it says yes; must answer within a second and never raise."""
    after: tuple[str, ...] = ()
    """Names of the children that must be ready before this one starts."""
    stops: int = 0
    """Turn in which it is stopped: 0 first. Children of one turn stop together."""
    descriptors: tuple[int, ...] = ()
    """Open files it inherits."""
    cwd: str | None = None
    told_in: str = "its lines above"
    """Where a person finds why it died."""


class Running:
    """The process of a child, over all its lives."""

    def __init__(self, child: Child, watcher: Warden) -> None:
        self.child = child
        self.is_ready = False
        self.starts_at = 0.0
        self._warden = watcher
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths: deque[float] = deque(maxlen=MANY_DEATHS)

    @property
    def alive(self) -> bool:
        """Whether it was started and not yet found dead."""
        return self._process is not None

    @property
    def output(self) -> IO[bytes]:
        """What it writes, both streams in one."""
        if self._process is None or self._process.stdout is None:
            raise RuntimeError(f"{self.child.name} is not running")
        return self._process.stdout

    def start(self) -> None:
        """Start it as the leader of a new session. Raises OSError when there is no such program."""
        self._process = subprocess.Popen(
            self.child.argv,
            env=dict(self.child.env),
            cwd=self.child.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.child.descriptors,
            start_new_session=True,
            preexec_fn=warden.die_with_parent(),  # noqa: PLW1509  the supervisor has no threads
        )
        self._warden.watch(self._process.pid)

    def probe(self) -> None:
        """Ask, once, whether it is ready."""
        if self.alive and not self.is_ready:
            self.is_ready = self.child.ready()

    def ended(self) -> str | None:
        """How it died, once; its leftover processes are ended first. None while it lives."""
        if self._process is None or self._process.poll() is None:
            return None
        how = describe(self._process.returncode)
        self.bury()
        return how

    def bury(self) -> None:
        """End everything that is left of it."""
        if self._process is None:
            return
        warden.end(self._process.pid)
        self._process.wait()
        self._warden.forget(self._process.pid)
        self._process = None
        self.is_ready = False

    def terminate(self) -> None:
        """Ask it to stop."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def gone(self) -> bool:
        """Whether the leader has exited."""
        return self._process is None or self._process.poll() is not None

    def note_death(self) -> float | None:
        """Seconds to wait before the next life, or None when it died too often to go on."""
        now = time.monotonic()
        self._deaths.append(now)
        recent = sum(1 for moment in self._deaths if now - moment < WITHIN_SECONDS)
        if recent >= MANY_DEATHS:
            return None
        wait = BACKOFF_SECONDS[min(recent, len(BACKOFF_SECONDS)) - 1]
        self.starts_at = now + wait
        return wait


def describe(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"ended with status {status}"
    return f"was killed by {signal.Signals(-status).name}"
