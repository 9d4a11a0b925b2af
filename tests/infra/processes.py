"""Real processes of the product: web, worker, scheduler, or any command; ended with the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from portal.cli import warden
from portal.cli.plan import granian
from portal.cli.warden import Warden
from tests.infra.nursery import Nursery, plain_environment
from tests.infra.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
# No promise of the product: a machine that is busy with other tests may take its time.
START_SECONDS = 180.0
STOP_SECONDS = 15.0


def wait_until(true: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Wait for a condition; `what` says in the failure what did not come true."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:g} s in vain: {what}")
        time.sleep(0.02)


class Running(Protocol):
    """A process as `Popen` knows it."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...


class Process:
    """One running command, leader of its own session, its output in a file."""

    def __init__(self, name: str, popen: Running, log: Path) -> None:
        self.name = name
        self._popen = popen
        self._log = log

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def log(self) -> str:
        """What it has written so far, both streams."""
        return self._log.read_text(errors="replace")

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def family(self) -> list[int]:
        """Ids of all processes of its session."""
        return warden.members(self.pid)

    def signal(self, number: signal.Signals) -> None:
        """To the leader alone."""
        self._popen.send_signal(number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit status; the test fails when it does not end in time."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.name} did not end within {seconds:g} s:\n{self.log}")

    def stop(self, seconds: float = STOP_SECONDS) -> int:
        """Ask it to stop, as an operator does."""
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self) -> None:
        """SIGKILL to it and everything it started."""
        warden.end(self.pid)
        self._popen.wait()

    def wait_for_log(self, text: str, seconds: float = START_SECONDS) -> None:
        """Wait until it has written `text`."""
        wait_until(lambda: self._wrote(text), f"{self.name} writes {text!r}\n{self.log}", seconds)

    def _wrote(self, text: str) -> bool:
        if text in self.log:
            return True
        if not self.running:
            pytest.fail(f"{self.name} ended without writing {text!r}:\n{self.log}")
        return False


class Processes:
    """Starts processes for one test."""

    def __init__(self, folder: Path, watcher: Warden, nursery: Nursery | None = None) -> None:
        self.folder = folder
        self._warden = watcher
        self.nursery = nursery
        self._started: list[Process] = []

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """This machine's environment without any portal setting, with a var folder of its own."""
        plain = {
            key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ
        }
        settings = {
            "APP_ENV": "testing",
            "FLASK_SKIP_DOTENV": "1",
            "PORTAL_VAR": str(self.folder / "var"),
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": "for-tests-only",
        }
        return plain | settings | dict(more or {})

    def start(
        self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path = ROOT
    ) -> Process:
        """Start a command; `env` is added to `environment()`."""
        log = self._log(name)
        with log.open("wb") as stream:
            popen = subprocess.Popen(
                argv,
                cwd=cwd,
                env=self.environment(env),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        return self._begun(name, popen, log)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}-{len(self._started)}.log"

    def _begun(self, name: str, running: Running, log: Path) -> Process:
        self._warden.watch(running.pid)
        process = Process(name, running, log)
        self._started.append(process)
        return process

    def _module(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None) -> Process:
        """`python -m …`, forked where there is a nursery."""
        if self.nursery is None:
            return self.start(name, [sys.executable, "-m", *argv], env)
        log = self._log(name)
        log.touch()
        return self._begun(name, self.nursery.start(argv, self.environment(env), log), log)

    def flask(self, *words: str, env: Mapping[str, str] | None = None) -> Process:
        """`flask --app wsgi …`."""
        return self._module(words[0], ["flask", "--app", "wsgi", *words], env)

    def web(
        self, env: Mapping[str, str] | None = None, workers: int = 1, server: str = "gunicorn"
    ) -> tuple[Process, str]:
        """A web server on a free port, and its base URL; it answers when this returns."""
        port = free_port()
        address = f"127.0.0.1:{port}"
        argv = ["gunicorn", "--config", "python:portal.cli.web_server"]
        argv += ["--workers", str(workers), "--bind", address, "wsgi:app"]
        if server == "granian":
            process = self.start("web", granian("127.0.0.1", port, workers), env)
        else:
            process = self._module("web", argv, env)
        url = f"http://{address}"
        wait_until(lambda: self._answers(process, f"{url}/healthz"), f"{url} answers")
        return process, url

    def _answers(self, process: Process, url: str) -> bool:
        if not process.running:
            pytest.fail(f"{process.name} ended at its start:\n{process.log}")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own address
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def end(self) -> None:
        for process in reversed(self._started):
            process.kill()
            self._warden.forget(process.pid)


@pytest.fixture(scope="session")
def nursery(process_warden: Warden) -> Iterator[Nursery]:
    """Where the programs of this test process are forked."""
    made = Nursery(process_warden, plain_environment())
    yield made
    made.end()


@pytest.fixture
def processes(tmp_path: Path, process_warden: Warden) -> Iterator[Processes]:
    """`processes.web(env)`, `.flask("worker", env=env)`, `.start(name, argv)`; all are ended."""
    started = Processes(tmp_path, process_warden)
    yield started
    started.end()


@pytest.fixture
def forked(processes: Processes, nursery: Nursery) -> Processes:
    """The same, but the product's programs are forked from one that has loaded the code.

    For tests of what they do, not of how they start; and a forked one's exit status is not known.
    """
    processes.nursery = nursery
    return processes
