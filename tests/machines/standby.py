"""A streaming replica of a scenario's PostgreSQL: made by pg_basebackup, paused and let go on."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from portal.cli.warden import Warden
from tests.faults.clusters import Cluster
from tests.infra.processes import wait_until


class Standby(Cluster):
    """Follows `primary`, which is running."""

    def __init__(self, primary: Cluster, folder: Path, watcher: Warden) -> None:
        super().__init__(folder, watcher)
        shutil.rmtree(folder / "data")
        command = [str(self._binaries / "pg_basebackup"), "-h", str(primary.folder), "-U",
                   "postgres", "-D", str(folder / "data"), "-R", "--checkpoint=fast",
                   "--no-sync"]  # fmt: skip
        identity = {"cwd": "/"} | self._identity
        subprocess.run(command, check=True, capture_output=True, env=dict(os.environ), **identity)
        self._primary = primary

    def pause(self) -> None:
        """Have it stay at what it has replayed; it goes on receiving."""
        with self.connect() as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            state = "SELECT 1 WHERE pg_get_wal_replay_pause_state() = 'paused'"
            wait_until(lambda: bool(connection.execute(state).fetchone()), "it is paused", 20)

    def go_on(self) -> None:
        """Have it replay again, and wait until it has all the primary has written by now."""
        with self.connect() as connection:
            connection.execute("SELECT pg_wal_replay_resume()")
        self.catch_up()

    def catch_up(self) -> None:
        with self._primary.connect() as there, self.connect() as here:
            written = there.execute("SELECT pg_current_wal_flush_lsn()::text").fetchone()
            replayed = "SELECT 1 WHERE pg_last_wal_replay_lsn() >= %s::pg_lsn"
            wait_until(lambda: bool(here.execute(replayed, written).fetchone()), "it follows", 20)
