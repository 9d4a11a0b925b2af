"""Starts the product's programs in a moment: they are forked from a process that has loaded them.

Loading is most of what starting costs, and a run starts hundreds. What is forked is a process as
any other: a session of its own, its own environment, killed and stopped like one.

Runs as `python -m tests.infra.nursery`, one line of JSON a program in, its process id out.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.cli.warden import Warden
from tests.infra import namespaces

ROOT = Path(__file__).resolve().parents[2]
SECRET = "for-tests-only-" * 3


def plain_environment() -> dict[str, str]:
    """This machine's environment without any setting of the portal."""
    kept = ("PATH", "HOME", "LANG")
    plain = {name: os.environ[name] for name in kept if name in os.environ}
    return plain | {
        "APP_ENV": "testing",
        "FLASK_SKIP_DOTENV": "1",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": SECRET,
    }


class Born:
    """A forked program, with those handles of Popen that are needed. Its status is not known."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (timeout or 60)
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 60)
            time.sleep(0.01)
        return 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class Nursery:
    """The near end: `start` gives a running program."""

    def __init__(self, watcher: Warden, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.infra.nursery"],
            cwd=ROOT, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True, text=True,
        )  # fmt: skip
        watcher.watch(self._process.pid)

    def start(self, argv: Sequence[str], environment: Mapping[str, str], log: Path) -> Born:
        """Run `python -m …` with exactly this environment and its output in `log`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        wanted = {"argv": list(argv), "env": dict(environment), "log": str(log)}
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return Born(int(self._process.stdout.readline()))

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def _load() -> None:
    from sqlalchemy.orm import configure_mappers

    import portal
    import portal.cli.work
    import portal.jobs.tasks  # noqa: F401

    configure_mappers()


def _become(argv: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    os.setsid()
    if namespace := environment.get(namespaces.VARIABLE):
        namespaces.enter(namespace)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    written = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    silent = os.open(os.devnull, os.O_RDONLY)
    for stream, target in ((silent, 0), (written, 1), (written, 2)):
        os.dup2(stream, target)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(argv)
    runpy.run_module(argv[0], run_name="__main__", alter_sys=True)


def main() -> None:
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.readline():
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _become(wanted["argv"], wanted["env"], wanted["log"])
                status = 0
            except SystemExit as left:
                status = left.code if isinstance(left.code, int) else 1
            except BaseException:  # noqa: BLE001  it ends here either way
                sys.excepthook(*sys.exc_info())
            finally:
                sys.stderr.flush()
                os._exit(status)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
