"""A PostgreSQL of one scenario, which may be stopped, killed, frozen and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from portal.cli.warden import Warden
from tests.fixtures.app import app_over
from tests.fixtures.cast import people_the_house
from tests.infra import postgres_server
from tests.infra.postgres import migrate
from tests.infra.postgres_server import OWNER, SUPERUSER, WEB, PostgresServer
from tests.infra.processes import wait_until
from tests.infra.run_folder import once, run_folder

DATABASE = "portal"
# What is committed outlives the process, not the machine: nobody pulls a plug here.
SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=100", "autovacuum=off")


def template() -> Path:
    """The folder of a stopped cluster with the cast in it; made once a run."""
    folder = run_folder() / "faults-cluster"
    with once("faults-cluster") as result:
        if result is not None:
            shutil.rmtree(folder, ignore_errors=True)
            server = postgres_server.start(folder)
            server.create(DATABASE)
            migrate(server.url(DATABASE, OWNER))
            with app_over(server.url(DATABASE, WEB)) as app, app.app_context():
                people_the_house()
            postgres_server.stop(folder)
    return folder


class Cluster:
    """Runs from a copy of the template in `folder`."""

    kind = "postgres"
    listens = ""
    """Addresses that it listens at besides its socket, separated by commas."""

    def __init__(self, folder: Path, watcher: Warden) -> None:
        made = template()
        self.folder, self._warden = folder, watcher
        folder.mkdir()
        subprocess.run(["cp", "-a", made / "data", folder / "data"], check=True)
        own = made / "programs" / "bin"
        self._binaries = own if own.exists() else postgres_server.programs()
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            ids = nobody.pw_uid, nobody.pw_gid
            self._identity = {"user": ids[0], "group": ids[1], "extra_groups": [], "cwd": "/"}
            os.chown(folder, *ids)

    @property
    def server(self) -> PostgresServer:
        return PostgresServer(str(self.folder))

    def url(self, door: Path | None = None) -> str:
        """DATABASE_URL of the web role; through the socket in another folder, if told."""
        return PostgresServer(str(door or self.folder)).url(DATABASE, WEB)

    @property
    def admin_url(self) -> str:
        """Passes every policy: for setting scenes and for looking at what became of them."""
        return self.server.url(DATABASE, SUPERUSER)

    @property
    def socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    def connect(self) -> psycopg.Connection[Any]:
        return self.server.connect(DATABASE)

    def start(self) -> None:
        """Start it and wait until it takes statements."""
        command = [self._binaries / "postgres", "-D", self.folder / "data", "-k", self.folder]
        command += ["-h", self.listens, *(word for each in SETTINGS for word in ("-c", each))]
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self._identity,
            )  # fmt: skip
        self._warden.watch(self._process.pid)
        wait_until(self._answers, f"PostgreSQL answers\n{self.log}", 30)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: orderly; SIGQUIT: at once, as `pg_ctl stop -m immediate`; SIGKILL."""
        if self._process is None:
            return
        self.thaw()
        self._process.send_signal(number)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._warden.forget(self._process.pid)
        self._process = None
        self._let_go()

    def freeze(self) -> None:
        """Stop every process of it in mid-step."""
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._family():
            os.kill(pid, signal.SIGCONT)

    def copy(self, folder: Path) -> None:
        """Copy its files as they stand: what a disk holds when the power goes."""
        subprocess.run(["cp", "-a", self.folder / "data", folder], check=True)
        (folder / "postmaster.pid").unlink(missing_ok=True)

    def lay(self, folder: Path) -> None:
        """Put other files in the place of its own, as a restore does. It must be stopped."""
        shutil.rmtree(self.folder / "data")
        subprocess.run(["cp", "-a", folder, self.folder / "data"], check=True)

    def _family(self) -> list[int]:
        if self._process is None:
            return []
        parent = self._process.pid
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *map(int, found)]

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _let_go(self) -> None:
        """A killed postmaster's children end by themselves; the next one must wait for that."""
        until = time.monotonic() + 20
        while self._holders() and time.monotonic() < until:
            time.sleep(0.02)

    def _holders(self) -> list[str]:
        wanted = str(self.folder / "data").encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if os.fsencode(path.readlink()) == wanted:
                    found.append(path.parent.name)
            except OSError:
                continue
        return found
