"""The children of `flask up`: which programs, ready when, stopped in what order."""

from __future__ import annotations

import http.client
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from portal.cli import embedded_redis
from portal.cli.children import Child
from portal.config import ROOT, Config

PROBE_SECONDS = 0.8
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  read here, never listened on
THREADS, GRACEFUL_SECONDS = 4, 8
WEB_STOPS, WORK_STOPS, REDIS_STOPS = 0, 1, 2


def children(config: Config, listening: socket.socket, env: Mapping[str, str]) -> list[Child]:
    """Everything the portal consists of. Raises embedded_redis.NoRedis."""
    shared = dict(env) | {
        "PORTAL_VAR": str(config.var.resolve()),
        "PORT": str(listening.getsockname()[1]),
        "PYTHONUNBUFFERED": "1",
    }
    first: list[Child] = []
    if not env.get("REDIS_URL"):
        first = [_redis(config.var / "redis", shared)]
        shared["REDIS_URL"] = embedded_redis.url(embedded_redis.socket_path(config.var / "redis"))
    before = (*(child.name for child in first), "web")
    return [
        *first,
        _web(config, listening, shared),
        _command("worker", shared, before),
        _command("scheduler", shared, before),
    ]


def _redis(folder: Path, env: Mapping[str, str]) -> Child:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = embedded_redis.socket_path(folder)
    path.unlink(missing_ok=True)
    argv = embedded_redis.command(embedded_redis.find_server(), folder, path)
    log = str(embedded_redis.log_path(folder))
    return Child("redis", argv, env, ready=_pinged(path), stops=REDIS_STOPS, told_in=log)


def _pinged(path: Path) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            with Redis(unix_socket_path=str(path), socket_timeout=PROBE_SECONDS) as client:
                return bool(client.ping())
        except RedisError:
            return False

    return ready


def _web(config: Config, listening: socket.socket, env: Mapping[str, str]) -> Child:
    host, port = listening.getsockname()[:2]
    ready = _answered(host, port, urlsplit(config.base_url).netloc)
    if env.get("WEB_SERVER") == "granian":
        listening.close()  # it opens the address itself
        argv = granian(host, port, int(env.get("WEB_CONCURRENCY") or 2))
        return Child("web", argv, env, ready=ready, stops=WEB_STOPS, cwd=str(ROOT))
    argv = [sys.executable, "-m", "gunicorn", "--config", "python:portal.cli.web_server"]
    argv += ["--bind", f"fd://{listening.fileno()}", "wsgi:app"]
    held = (listening.fileno(),)
    return Child("web", argv, env, ready=ready, stops=WEB_STOPS, descriptors=held, cwd=str(ROOT))


def granian(host: str, port: int, workers: int) -> list[str]:
    """Return the command of the fast web server, set up like the plain one in `web_server`."""
    argv = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    argv += ["--host", host, "--port", str(port), "--workers", str(workers)]
    argv += ["--blocking-threads", str(THREADS), "--respawn-failed-workers"]
    argv += ["--workers-kill-timeout", str(GRACEFUL_SECONDS), "--log-level", "warning"]
    return [*argv, "wsgi:app"]


def _answered(host: str, port: int, host_header: str) -> Callable[[], bool]:
    reachable = ANY_ADDRESS.get(host, host)

    def ready() -> bool:
        connection = http.client.HTTPConnection(reachable, port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", "/healthz", headers={"Host": host_header})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def _command(name: str, env: Mapping[str, str], after: tuple[str, ...]) -> Child:
    argv = [sys.executable, "-m", "flask", "--app", "wsgi", name]
    return Child(name, argv, env, after=after, stops=WORK_STOPS, cwd=str(ROOT))
