"""Web servers on loopback for a bench: started, waited for, and asked what they cost.

Everything runs in processes of its own and ends with the block. The same Redis program serves all
who are compared, and PostgreSQL is the bench's own.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import NamedTuple

from bench import worlds
from bench.peers.environments import python_of
from portal.cli import embedded_redis, plan

WORKERS, THREADS, PATIENCE = 2, 4, 90.0
SECRET = "for-benches-only-" * 3
GUNICORN = ("--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS))
GRANIAN = ("--interface", "wsgi", "--http", "1", "--workers", str(WORKERS),
           "--blocking-threads", str(THREADS), "--no-log")  # fmt: skip


class Answer(NamedTuple):
    """What a server said."""

    status: int
    body: bytes
    headers: Message


@dataclass(frozen=True)
class Server:
    """A program that runs: its process, and where it listens (0: not on a port)."""

    name: str
    pid: int
    port: int = 0
    seconds: float = 0.0
    """From its start to its first answer."""

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, form: str | None = None
    ) -> Answer:
        """Ask for a page, or send it a form."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        kind = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            method = "GET" if form is None else "POST"
            connection.request(method, path, body=form, headers=kind | dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), answer.msg)
        finally:
            connection.close()


@contextmanager
def running(
    name: str, command: Sequence[str], settings: Mapping[str, str], *, port: int = 0, door: str = ""
) -> Iterator[Server]:
    """Run a program; with a `door` wait until that path is answered with 200. Ends all of it."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=worlds.ROOT, env=kept | dict(settings), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            server = Server(name, process.pid, port)
            while door and not _answers(server, door):
                if process.poll() is not None or time.perf_counter() - started > PATIENCE:
                    log.seek(0)
                    sys.exit(f"bench: {name} does not answer:\n{log.read().decode()}")
                time.sleep(0.01)
            yield Server(name, process.pid, port, time.perf_counter() - started)
        finally:
            _end(process)


def _answers(server: Server, door: str) -> bool:
    try:
        return server.ask(door).status == 200
    except (OSError, http.client.HTTPException):
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to stop; what does not within ten seconds is killed, with all of its session."""
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def redis() -> Iterator[tuple[Server, str]]:
    """Run a Redis on a Unix socket, keeping nothing; gives it and its address."""
    with tempfile.TemporaryDirectory(prefix="bench-redis-") as folder:
        door = Path(folder) / "redis.sock"
        command = [str(embedded_redis.find_server()), "--port", "0", "--unixsocket", str(door),
                   "--dir", folder, "--save", "", "--appendonly", "no"]  # fmt: skip
        with running("redis", command, {}) as server:
            deadline = time.monotonic() + PATIENCE
            while not door.exists() and time.monotonic() < deadline:
                time.sleep(0.01)
            yield server, f"unix://{door}"


def portal_settings(url: str, redis_url: str, var: Path, port: int = 0) -> dict[str, str]:
    """Return the environment of a portal's process, as an installation has it."""
    return {
        "APP_ENV": "production", "ALLOW_SQLITE": "1", "FLASK_SKIP_DOTENV": "1",
        "SECRET_KEY": SECRET, "PORTAL_VAR": str(var), "DATABASE_URL": url, "REDIS_URL": redis_url,
        "PORTAL_URL": f"http://127.0.0.1:{port}", "PORT": str(port), "LOG_LEVEL": "ERROR",
        "WEB_CONCURRENCY": str(WORKERS), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


@contextmanager
def portal(program: str, url: str, redis_url: str, door: str, **settings: str) -> Iterator[Server]:
    """Run the portal under `granian` or `gunicorn`, started as docs/operations.md has it."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:portal.cli.web_server",
        "wsgi:app",
    ]
    if program == "granian":
        command = plan.granian("127.0.0.1", port, WORKERS)
    with tempfile.TemporaryDirectory(prefix="bench-var-") as var:
        environment = portal_settings(url, redis_url, Path(var), port) | settings
        with running(f"portal, {program}", command, environment, port=port, door=door) as server:
            yield server


@contextmanager
def wagtail(program: str, settings: Mapping[str, str], door: str) -> Iterator[Server]:
    """Run Wagtail under `granian` or `gunicorn` (threads) with as many processes and threads."""
    port, python = free_port(), str(python_of("wagtail"))
    command = [python, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}"]
    if program == "granian":
        command = [python, "-m", "granian", *GRANIAN, "--port", str(port)]
    application = "bench.peers.wagtail_web:application"
    name = f"Wagtail, {program}"
    with running(name, [*command, application], settings, port=port, door=door) as server:
        yield server


@contextmanager
def nginx(body: bytes) -> Iterator[Server | None]:
    """Run nginx over one file with these bytes, at `/page.html`; None where there is no nginx."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        (folder / "page.html").write_bytes(body)
        (folder / "conf").write_text(_NGINX.format(folder=folder, port=port, workers=WORKERS))
        command = [program, "-p", name, "-c", str(folder / "conf"), "-e", str(folder / "errors")]
        with running("nginx", command, {}, port=port, door="/page.html") as server:
            yield server


_NGINX = """
daemon off; pid {folder}/pid; worker_processes {workers}; error_log {folder}/errors;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  types {{ text/html html; }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def postgres_pids(kind: str) -> list[int]:
    """Return the process of the bench's PostgreSQL, or nothing for SQLite."""
    pid = worlds.VAR / "pg" / "postmaster.pid"
    return [int(pid.read_text().split()[0])] if kind == "postgres" and pid.exists() else []
