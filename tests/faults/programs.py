"""The programs of a scenario and what they lean on: database, Redis, mail server, proxies.

Everything is the scenario's own, started by it and ended with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from portal.cli.warden import Warden
from tests.faults import failpoints
from tests.faults.clusters import Cluster
from tests.faults.files import File
from tests.faults.proxy import Proxy
from tests.faults.sinks import MailSink
from tests.infra.nursery import Nursery, plain_environment
from tests.infra.ports import free_port
from tests.infra.processes import Process, wait_until
from tests.infra.redis import RedisServer

HEAL_SECONDS = 60.0
KINDS: dict[str, type[Cluster | File]] = {"postgres": Cluster, "sqlite": File}


def answers(process: Process, url: str) -> bool:
    """Whether a web server answers anything at all."""
    if not process.running:
        pytest.fail(f"{process.name} ended at its start:\n{process.log}")
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class Programs:
    """Starts, stops, kills and freezes; everything ends with `end`."""

    def __init__(self, kind: str, nursery: Nursery, watcher: Warden) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fault-"))
        self.folder.chmod(0o711)
        for name in ("points/armed/any", "points/hit", "points/go", "redis", "doors"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "doors").chmod(0o777)
        self.database = KINDS[kind](self.folder / "database", watcher)
        self.redis = RedisServer(self.folder / "redis", watcher)
        self.mail = MailSink()
        self.processes: dict[str, Process] = {}
        self.doors: dict[str, Proxy] = {}
        self.url = ""
        self._nursery, self._warden, self._count = nursery, watcher, 0
        self._settings: dict[str, str] = {}
        self._engine: Engine | None = None

    @property
    def kind(self) -> str:
        return self.database.kind

    @property
    def engine(self) -> Engine:
        """Past every policy, one connection a use: for setting scenes and looking."""
        if self._engine is None:
            self._engine = create_engine(self.database.admin_url, poolclass=NullPool)
        return self._engine

    @property
    def redis_url(self) -> str:
        near = self.folder / "doors" / "redis"
        return f"unix://{near}" if "redis" in self.doors else self.redis.url

    @property
    def database_url(self) -> str:
        door = self.folder / "doors" if "database" in self.doors else None
        return self.database.url(door)

    @property
    def mail_url(self) -> str:
        door = self.doors.get("smtp")
        return "smtp://{}:{}".format(*door.near) if door else self.mail.url

    def open(self, *doors: str, **settings: str) -> None:
        """Start what the programs lean on, with a proxy before each of `doors`."""
        self.database.start()
        self.redis.start()
        self._settings |= settings
        near = self.folder / "doors"
        if "redis" in doors:
            far = Path(self.redis.url.removeprefix("unix://"))
            self.doors["redis"] = Proxy(near / "redis", far)
        if "database" in doors and isinstance(self.database, Cluster):
            self.doors["database"] = Proxy(near / ".s.PGSQL.5432", self.database.socket)
        if "smtp" in doors:
            self.doors["smtp"] = Proxy(("127.0.0.1", free_port()), self.mail.address)

    def environment(self, role: str, more: dict[str, str] | None = None) -> dict[str, str]:
        return plain_environment() | {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SMTP_URL": self.mail_url,
            "PORTAL_VAR": str(self.folder / "var"),
            "PORTAL_URL": "http://127.0.0.1",
            "TMPDIR": str(self.folder),
            failpoints.FOLDER: str(self.folder / "points"),
            failpoints.ROLE: role,
        } | self._settings | (more or {})  # fmt: skip

    def start(self, name: str, **settings: str) -> Process:
        """Start `worker`, `scheduler` or one more of them: `worker-2`. It may not be ready yet."""
        role = name.partition("-")[0]
        (self.folder / "points" / "armed" / name).mkdir(exist_ok=True)
        return self._begin(name, ["tests.faults.entry", role], settings)

    def _begin(self, name: str, argv: list[str], settings: dict[str, str]) -> Process:
        self._count += 1
        log = self.folder / f"{name}-{self._count}.log"
        born = self._nursery.start(argv, self.environment(name, settings), log)
        self._warden.watch(born.pid)
        log.touch()
        self.processes[name] = started = Process(name, born, log)
        return started

    def start_web(self, **settings: str) -> Process:
        """Start the web server; it answers when this returns."""
        address = self.url.removeprefix("http://") or f"127.0.0.1:{free_port()}"
        argv = ["gunicorn", "--config", "python:portal.cli.web_server", "--workers", "1"]
        argv += ["--bind", address, "tests.faults.entry:app"]
        (self.folder / "points" / "armed" / "web").mkdir(exist_ok=True)
        web, self.url = self._begin("web", argv, settings), f"http://{address}"
        self.wait(lambda: answers(web, f"{self.url}/healthz"), "the web answers")
        return web

    def kill(self, *names: str) -> None:
        """SIGKILL to these processes and all they started."""
        for name in names:
            self.processes.pop(name).kill()

    def freeze(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> None:
        for pid in self.processes[name].family():
            with suppress(ProcessLookupError):  # a worker's job may end just now
                os.kill(pid, number)

    def arm(self, point: str, action: str, role: str = "any") -> None:
        """Have the next process that comes by `kill`, `stop`, `hold` or `fail` there."""
        armed = self.folder / "points" / "armed" / role
        armed.mkdir(exist_ok=True)
        (armed / f".{point}").write_text(action)
        (armed / f".{point}").rename(armed / point)

    def hit(self, point: str, seconds: float = HEAL_SECONDS) -> int:
        """Wait until somebody came by; return whose process id it is."""
        path = self.folder / "points" / "hit" / point
        self.wait(lambda: path.exists() and path.read_text().isdigit(), f"{point} is hit", seconds)
        return int(path.read_text())

    def let_go(self, point: str) -> None:
        """Let who is held at a point go on."""
        (self.folder / "points" / "go" / point).touch()

    def run(self, *words: str, **settings: str) -> str:
        """Run a command to its end; return what it wrote."""
        name = f"{words[0]}-once"
        (self.folder / "points" / "armed" / name).mkdir(exist_ok=True)
        once = self._begin(name, ["tests.faults.entry", *words], settings)
        self.wait(lambda: not once.running, f"{words[0]} ends")
        return self.processes.pop(name).log

    def clock(self, name: str, seconds: float = 0.0) -> dict[str, str]:
        """A setting that has a process's clock go wrong; call again to change by how much."""
        path = self.folder / f"clock-{name}"
        path.with_suffix(".new").write_text(str(seconds))
        path.with_suffix(".new").rename(path)
        return {failpoints.CLOCK: str(path)}

    def rows(self, query: str) -> Sequence[Any]:
        """Ask the database; nothing when it cannot be asked just now."""
        try:
            with self.engine.connect() as connection:
                return connection.exec_driver_sql(query).fetchall()
        except OperationalError:
            return []

    def wait(self, true: Callable[[], bool], what: str, seconds: float = HEAL_SECONDS) -> None:
        """Wait for a condition; the failure shows what every process wrote."""
        try:
            wait_until(true, what, seconds)
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure.msg}\n{self.logs()}")

    def logs(self) -> str:
        told = [f"--- {name}\n{each.log[-3000:]}" for name, each in self.processes.items()]
        return "\n".join([*told, f"--- database\n{self.database.log[-1500:]}"])

    def end(self) -> None:
        """End everything; also after a failure."""
        for process in self.processes.values():
            process.kill()
            self._warden.forget(process.pid)
        for door in self.doors.values():
            door.end()
        self.mail.end()
        self.redis.kill()
        self.database.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
