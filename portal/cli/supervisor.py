"""Keeps the children of `flask up` running, and stops them all.

No threads: one loop waits for output and signals, starts what is due, and looks who died.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from portal.cli.children import MANY_DEATHS, WITHIN_SECONDS, Child, Running
from portal.cli.output import Output
from portal.cli.warden import Warden

STOPPED, GAVE_UP = 0, 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_SECONDS = 10.0
# Two signals closer together than this are one wish, delivered twice (by the terminal and by make).
IMPATIENT_SECONDS = 1.0
SLOW_SECONDS = 20.0


class Supervisor:
    """Runs children until a signal (exit code 0) or until one of them cannot be kept alive (1)."""

    def __init__(self, children: Sequence[Child], stop_seconds: float = STOP_SECONDS) -> None:
        self._stop_seconds = stop_seconds
        self._asked_at: list[float] = []
        self._warden = Warden()
        self._running = {child.name: Running(child, self._warden) for child in children}
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        self._output = Output(self._running, wake_up=self._woken)

    def run(self, when_ready: Callable[[], None]) -> int:
        """Start everything, call `when_ready` once all are ready, and stay until the end."""
        with self._signals():
            try:
                return self._loop(when_ready)
            finally:
                self._stop_all()
                self._warden.close()

    def _loop(self, when_ready: Callable[[], None]) -> int:
        announced = False
        complain_at = time.monotonic() + SLOW_SECONDS
        while not self._asked_at and not self._output.closed:
            self._start_due()
            if not self._bury_the_dead():
                return GAVE_UP
            for running in self._running.values():
                running.probe()
            all_ready = all(running.is_ready for running in self._running.values())
            if all_ready and not announced:
                announced = True
                when_ready()
            elif not announced and time.monotonic() > complain_at:
                complain_at = math.inf
                self._output.say(f"still waiting for {self._missing()}; see the lines above")
            self._output.wait(0.5 if all_ready else 0.05)
        return STOPPED

    def _missing(self) -> str:
        return ", ".join(name for name, running in self._running.items() if not running.is_ready)

    def _start_due(self) -> None:
        now = time.monotonic()
        for running in self._running.values():
            if not running.alive and now >= running.starts_at and self._may_start(running):
                running.start()
                self._output.follow(running.child.name, running.output)

    def _may_start(self, running: Running) -> bool:
        return all(self._running[name].is_ready for name in running.child.after)

    def _bury_the_dead(self) -> bool:
        """Notice deaths and plan the next life; False when one died too often."""
        for name, running in self._running.items():
            how = running.ended()
            if how is None:
                continue
            self._output.forget(name)
            wait = running.note_death()
            if wait is None:
                within = f"{MANY_DEATHS} times in {WITHIN_SECONDS:.0f} s"
                look = running.child.told_in
                self._output.say(f"{name} {how}, {within}: stopping everything; see {look}")
                return False
            self._output.say(f"{name} {how}; starting it again{f' in {wait:g} s' if wait else ''}")
        return True

    def _stop_all(self) -> None:
        """Turn by turn: ask, wait, end what did not listen."""
        for turn in sorted({running.child.stops for running in self._running.values()}):
            self._stop([each for each in self._running.values() if each.child.stops == turn])

    def _stop(self, together: list[Running]) -> None:
        for running in together:
            running.terminate()
        deadline = time.monotonic() + self._stop_seconds
        while not all(running.gone() for running in together):
            if time.monotonic() > deadline or self._impatient():
                break
            self._output.wait(0.1)
        for running in together:
            name = running.child.name
            if not running.gone():
                self._output.say(f"{name} did not stop in time; killing it")
            running.bury()
            self._output.forget(name)

    def _impatient(self) -> bool:
        """Whether a stop was asked for again, some time after the first."""
        return bool(self._asked_at) and self._asked_at[-1] - self._asked_at[0] > IMPATIENT_SECONDS

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Stop signals are noted, and every signal, a child's end included, wakes the loop."""
        former = {number: signal.signal(number, self._on_stop) for number in STOP_SIGNALS}
        former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        former_writer = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(former_writer)
            for number, handler in former.items():
                signal.signal(number, handler)
            os.close(self._woken)
            os.close(self._waker)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_at.append(time.monotonic())
