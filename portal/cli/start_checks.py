"""What `flask up` makes sure of before it starts anything; each failure is one sentence.

Nothing here leaves a process or a partial file behind when it fails.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from alembic.util import CommandError
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from portal.config import Config
from portal.schema import bring_up_to_date

REDIS_SECONDS = 2
DATABASE_SECONDS = 5
WEB_SERVERS = ("gunicorn", "granian")


class CannotStart(Exception):
    """The portal cannot start; the text is one line: what is wrong; what to do."""


def lock_folder(var: Path) -> IO[str]:
    """Hold `var` for this process while the returned file is open: one `up` per folder."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        held = (var / "up.lock").open("a+")
    except OSError as problem:
        raise CannotStart(
            f"cannot write to {var} ({problem.strerror}); make it writable or set PORTAL_VAR"
        ) from problem
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        held.seek(0)
        process = held.read().strip() or "unknown"
        held.close()
        raise CannotStart(
            f"it already runs on {var} (process {process}); stop that one, "
            "or set PORTAL_VAR and PORT for a second one"
        ) from problem
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def listen(env: Mapping[str, str]) -> socket.socket:
    """The listening socket of HOST and PORT. Held by us, so a web server may die and come back."""
    host, text = env.get("HOST") or "127.0.0.1", env.get("PORT") or "8000"
    if not text.isdigit() or int(text) > 65535:
        raise CannotStart(f"PORT is “{text}”; give a number from 1 to 65535, as in PORT=8001")
    port = int(text)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except PermissionError as problem:
        raise CannotStart(f"port {port} is reserved; choose another, as in PORT=8001") from problem
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            another = port + 1 if port < 65535 else 8001
            raise CannotStart(
                f"port {port} on {host} is taken; choose another, as in PORT={another}"
            ) from problem
        raise CannotStart(f"cannot listen on {host}: {problem.strerror}; set HOST") from problem


def known_web_server(env: Mapping[str, str]) -> None:
    """Ask whether WEB_SERVER is one that is there."""
    name = env.get("WEB_SERVER") or "gunicorn"
    if name not in WEB_SERVERS or find_spec(name) is None:
        raise CannotStart(f"WEB_SERVER is “{name}”; set it to gunicorn or granian")


def answering_redis(url: str) -> None:
    """Ask the Redis server of REDIS_URL whether it is there."""
    limits = {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS}
    try:
        with Redis.from_url(url, **limits) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as problem:
        raise CannotStart(
            f"no Redis answers at REDIS_URL ({first_line(problem)}); "
            "start it, correct REDIS_URL, or unset it to use the built-in one"
        ) from problem


def reachable_database(config: Config) -> None:
    """Open the database once and look whether it is one."""
    url = make_url(config.migrations_url)
    engine = create_engine(url, poolclass=NullPool, connect_args=_patience(url))
    try:
        with engine.connect() as connection:
            inspect(connection).get_table_names()
    except SQLAlchemyError as problem:
        cause = getattr(problem, "orig", None) or problem
        raise CannotStart(
            f"cannot open the database {shown(url)} ({first_line(cause)}); "
            "check DATABASE_URL and that the server runs"
        ) from problem
    finally:
        engine.dispose()


def _patience(url: URL) -> dict[str, int]:
    backend = url.get_backend_name()
    return {"connect_timeout": DATABASE_SECONDS} if backend == "postgresql" else {}


def migrate(app: Flask) -> None:
    """Bring the schema to this code's version."""
    try:
        bring_up_to_date(app)
    except CommandError as problem:
        raise CannotStart(
            f"the database's schema does not fit this code ({first_line(problem)}); "
            "run the version that wrote it, or restore a backup"
        ) from problem
    except SQLAlchemyError as problem:
        cause = getattr(problem, "orig", None) or problem
        raise CannotStart(
            f"the database could not be brought up to date ({first_line(cause)}); "
            "run `flask --app wsgi migrate` for the details"
        ) from problem


def shown(url: URL) -> str:
    """A database URL that may be shown: without its password."""
    return url.render_as_string(hide_password=True)


def first_line(problem: BaseException) -> str:
    """What a library said, short enough for one line."""
    lines = str(problem).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(problem).__name__
