"""Two web hosts, two worker hosts, and one with PostgreSQL, Redis and files behind the S3 API."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from portal.cli import embedded_redis
from portal.cli.warden import Warden
from tests.faults.clusters import DATABASE, Cluster
from tests.faults.programs import answers
from tests.faults.stage import Stage
from tests.infra.nursery import Nursery
from tests.infra.postgres_server import WEB
from tests.infra.processes import Process
from tests.machines.hosts import Network

PORTS = {"postgres": 5432, "redis": 6379, "s3": 9000, "web": 8000}
KEY, SECRET = "portal-tests", "only-for-tests"
TRUSTED = "host all all samenet trust\nhost replication all samenet trust\n"


class Machines(Stage):
    """A stage whose programs stand on hosts of their own; `urls` are those of the web hosts."""

    def __init__(self, network: Network, nursery: Nursery, watcher: Warden) -> None:
        super().__init__("postgres", nursery, watcher)
        self.network = network
        self.urls: dict[str, str] = {}
        self._servers: list[subprocess.Popen[bytes]] = []
        self._hosts: dict[str, str] = {}

    def open(self, *doors: str, **settings: str) -> None:
        """Start what stands on the database host."""
        assert not doors
        self._settings |= settings
        address = self.network.addresses["data"]
        assert isinstance(self.database, Cluster)
        self.database.listens = address
        with (self.database.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(TRUSTED)
        self.network.inside("data", self.database.start)
        self._start_redis(address)
        self._start_s3(address)

    def _start_redis(self, address: str) -> None:
        command = [str(embedded_redis.find_server()), "--bind", address, "--protected-mode", "no"]
        command += ["--port", str(PORTS["redis"]), "--dir", str(self.folder / "redis")]
        self._serve(command)
        self.wait(self._redis_answers, "Redis answers", 20)

    def _start_s3(self, address: str) -> None:
        program = Path(sys.executable).with_name("rclone")
        found = str(program) if program.exists() else shutil.which("rclone")
        if found is None:
            pytest.skip("rclone is not installed")
        (self.folder / "s3" / "files").mkdir(parents=True)
        at = f"{address}:{PORTS['s3']}"
        self._serve([found, "serve", "s3", "--config", "/dev/null", "--addr", at,
                     "--auth-key", f"{KEY},{SECRET}", str(self.folder / "s3")])  # fmt: skip
        self.wait(lambda: _listens(f"http://{at}/"), "the S3 server answers", 20)

    def _serve(self, command: list[str]) -> None:
        def start() -> subprocess.Popen[bytes]:
            silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            return subprocess.Popen(command, start_new_session=True, **silent)

        server = self.network.inside("data", start)
        self._warden.watch(server.pid)
        self._servers.append(server)

    @property
    def redis_url(self) -> str:
        return f"redis://{self.network.addresses['data']}:{PORTS['redis']}"

    def _redis_answers(self) -> bool:
        with Redis.from_url(self.redis_url) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False

    def environment(self, role: str, more: dict[str, str] | None = None) -> dict[str, str]:
        """What a program is told: where its own host finds those that all share."""
        host = self._hosts[role]
        near = {name: self.network.towards(host, port) for name, port in PORTS.items()}
        postgres, redis, s3 = ("{}:{}".format(*near[name]) for name in ("postgres", "redis", "s3"))
        return super().environment(role, more) | self.network.settings(host) | {
            "DATABASE_URL": f"postgresql+psycopg://{WEB}@{postgres}/{DATABASE}",
            "REDIS_URL": f"redis://{redis}",
            "S3_BUCKET": "files", "S3_ENDPOINT_URL": f"http://{s3}",
            "S3_ACCESS_KEY_ID": KEY, "S3_SECRET_ACCESS_KEY": SECRET,
            "PORTAL_VAR": str(self.folder / host), "SMTP_URL": "",
        }  # fmt: skip

    def start_on(self, host: str, role: str) -> Process:
        """Start a worker or a scheduler on a host."""
        name = f"{role}-{host}"
        self._hosts[name] = host
        return self.start(name)

    def serve_on(self, host: str) -> Process:
        """Start the web server of a host; it answers when this returns."""
        name, address = f"web-{host}", f"{self.network.addresses[host]}:{PORTS['web']}"
        self._hosts[name] = host
        argv = ["gunicorn", "--config", "python:portal.cli.web_server", "--workers", "1"]
        argv += ["--bind", address, "tests.faults.entry:app"]
        (self.folder / "points" / "armed" / name).mkdir(exist_ok=True)
        web = self._begin(name, argv, {})
        self.urls[host] = f"http://{address}"
        self.wait(lambda: answers(web, f"{self.urls[host]}/healthz"), f"{host} answers")
        return web

    def end(self) -> None:
        """End everything; also after a failure."""
        super().end()
        for server in self._servers:
            server.kill()
            server.wait()
            self._warden.forget(server.pid)


def _listens(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  our own address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
