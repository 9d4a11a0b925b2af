"""Places in a process where a scenario may kill, stop or hold it. Only tests import this.

Each process of a scenario shares one folder. A file `armed/<role or any>/<point>` says what is to
happen there; the process that comes by first takes it (an atomic rename), the others pass.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

BEFORE_FIRST_WRITE = "before-first-write"
AFTER_FIRST_WRITE = "after-first-write"
BEFORE_COMMIT = "before-commit"
AFTER_COMMIT = "after-commit"
BEFORE_MAIL = "before-mail"
AFTER_MAIL = "after-mail"
BETWEEN_TICKS = "between-ticks"
RELEASE = "release-"
"""Before the name of a point: the same one, come by with a release instead of schedules."""

FOLDER, ROLE, CLOCK = "FAULTS_FOLDER", "FAULTS_ROLE", "FAULTS_CLOCK"
PATIENCE = 180.0
_WRITE = re.compile(r"\s*(WITH\b.*?\b)?(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE | re.DOTALL)
_passed: Counter[str] = Counter()
_publishing = threading.local()


def folder() -> Path:
    return Path(os.environ[FOLDER])


def hit(point: str) -> None:
    """Come by a point: nothing happens unless it is armed for this process."""
    for role in (os.environ.get(ROLE, ""), "any"):
        armed = folder() / "armed" / role / point
        try:
            action, _, turn = armed.read_text().partition(" ")
        except FileNotFoundError:
            continue
        _passed[point] += 1
        if _passed[point] < int(turn or 1):
            return
        taken = folder() / "hit" / point
        try:
            armed.rename(taken)
        except FileNotFoundError:
            continue
        taken.write_text(str(os.getpid()))
        _act(point, action)
        return


def _act(point: str, action: str) -> None:
    sys.stderr.write(f"failpoint {point}: {action}\n")
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif action == "hold":
        until = time.monotonic() + PATIENCE
        while not (folder() / "go" / point).exists() and time.monotonic() < until:
            time.sleep(0.01)
    elif action == "fail":
        raise RuntimeError(f"made to fail at {point}")


def wrap() -> None:
    """Put the points around the product's functions in this process."""
    if FOLDER not in os.environ:
        return
    _wrap_statements()
    _wrap_commits()
    _wrap_publishing()
    _wrap_mail()
    if CLOCK in os.environ:
        _shift_clock(Path(os.environ[CLOCK]))


def _at() -> str | None:
    """What stands before the points of what this thread carries out; None when it does neither."""
    return getattr(_publishing, "at", None)


def _while_publishing(work: Callable[..., Any], at: str = "") -> Callable[..., Any]:
    @wraps(work)
    def run(*args: Any) -> Any:
        hit(at + BETWEEN_TICKS)
        before, _publishing.at = _at(), at
        try:
            return work(*args)
        finally:
            _publishing.at = before

    return run


def _wrap_publishing() -> None:
    from portal.jobs import periodic, tasks

    plain = periodic._do
    wrapped = {
        periodic.ON_TIME[0].name: _while_publishing(plain),
        periodic.RELEASES[0].name: _while_publishing(plain, RELEASE),
    }

    def do(item: periodic.Periodic) -> None:
        wrapped.get(item.name, plain)(item)

    periodic._do = do
    tasks.publish_due = _while_publishing(tasks.publish_due)
    tasks.carry_out_releases = _while_publishing(tasks.carry_out_releases, RELEASE)


def _wrap_statements() -> None:
    from sqlalchemy import Engine, event

    def before(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _is_first(connection, statement):
            hit(f"{_at()}{BEFORE_FIRST_WRITE}")

    def after(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _is_first(connection, statement):
            connection.info["wrote"] = _at()
            hit(f"{_at()}{AFTER_FIRST_WRITE}")

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    event.listen(Engine, "begin", lambda connection: connection.info.pop("wrote", None))


def _is_first(connection: Any, statement: str) -> bool:
    writes = _at() is not None and _WRITE.match(statement)
    return bool(writes) and "wrote" not in connection.info


def _wrap_commits() -> None:
    from sqlalchemy import Connection

    plain_commit = Connection._commit_impl

    def commit(self: Connection) -> None:
        at = self.info.pop("wrote", None)
        if at is not None:
            hit(at + BEFORE_COMMIT)
        plain_commit(self)
        if at is not None:
            hit(at + AFTER_COMMIT)

    Connection._commit_impl = commit  # type: ignore[method-assign]


def _wrap_mail() -> None:
    from portal.mail_transport import SmtpServer

    plain = SmtpServer.send

    def send(self: SmtpServer, letter: Any, name: str) -> None:
        hit(BEFORE_MAIL)
        plain(self, letter, name)
        hit(AFTER_MAIL)

    SmtpServer.send = send  # type: ignore[method-assign]


def _shift_clock(path: Path) -> None:
    """Have this process's clock go wrong by the seconds that stand in a file, whenever asked."""
    from tenants import clock

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz or UTC) + timedelta(seconds=float(path.read_text()))

    vars(clock)["datetime"] = Wrong
