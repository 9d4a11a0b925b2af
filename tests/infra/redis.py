"""A real Redis for every test process, on a Unix socket, emptied before each test."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from portal.cli import embedded_redis
from portal.cli.warden import Warden

START_SECONDS = 180.0


class RedisServer:
    """A server that a test may stop, kill and start again; its data stays in its folder."""

    def __init__(self, folder: Path, watcher: Warden) -> None:
        self._folder = folder
        self._socket = embedded_redis.socket_path(folder)
        self._program = embedded_redis.find_server()
        self._warden = watcher
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """REDIS_URL of this server."""
        return embedded_redis.url(self._socket)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def client(self) -> Redis:
        """A new connection; close it, or use it as a context."""
        return Redis.from_url(self.url)

    def start(self) -> None:
        """Start it and wait until it answers."""
        if self.alive:
            return
        self._process = subprocess.Popen(
            embedded_redis.command(self._program, self._folder, self._socket),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._warden.watch(self._process.pid)
        self._wait()

    def stop(self) -> None:
        """Stop it the orderly way: nothing is lost."""
        if self._process is not None:
            self._process.terminate()
            self._gone(self._process)

    def kill(self) -> None:
        """Stop it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._gone(self._process)

    def _gone(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        self._warden.forget(process.pid)
        self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with self.client() as client:
                    client.ping()
            except RedisConnectionError:
                if not self.alive or time.monotonic() > deadline:
                    log = embedded_redis.log_path(self._folder).read_text()
                    raise RuntimeError(f"Redis did not start:\n{log}") from None
                time.sleep(0.02)
            else:
                return


@pytest.fixture(scope="session")
def process_warden() -> Iterator[Warden]:
    """Ends whatever this test process started, even if it is killed itself."""
    watcher = Warden()
    yield watcher
    watcher.close()


@pytest.fixture(scope="session")
def redis_of_this_process(process_warden: Warden) -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="portal-redis-"))
    try:
        server = RedisServer(folder, process_warden)
        server.start()
    except embedded_redis.NoRedis as missing:
        pytest.skip(str(missing))
    yield server
    server.stop()
    rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_server(redis_of_this_process: RedisServer) -> RedisServer:
    """The running, empty server; a test may `stop()`, `kill()` and `start()` it."""
    redis_of_this_process.start()
    with redis_of_this_process.client() as client:
        client.flushall()
    return redis_of_this_process


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """REDIS_URL of a running, empty server."""
    return redis_server.url
