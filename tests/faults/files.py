"""The SQLite file of one scenario, with the same handles as a cluster where they make sense."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from portal.cli.warden import Warden
from tests.fixtures.app import sqlite_cast_template
from tests.fixtures.kept import lay_file


class File:
    """Lies in `folder`; there is no server to start."""

    kind = "sqlite"

    def __init__(self, folder: Path, _watcher: Warden) -> None:
        folder.mkdir()
        self.path = folder / "portal.sqlite3"
        lay_file(sqlite_cast_template(), self.path)

    def url(self, _door: Path | None = None) -> str:
        return f"sqlite:///{self.path}"

    @property
    def admin_url(self) -> str:
        return self.url()

    @property
    def log(self) -> str:
        return ""

    def connect(self) -> sqlite3.Connection:
        """A plain connection that waits for others; every statement commits by itself."""
        return sqlite3.connect(self.path, timeout=30, isolation_level=None)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def copy(self, folder: Path) -> None:
        """Copy the file and its write-ahead log as they stand."""
        folder.mkdir()
        for path in self.path.parent.glob(self.path.name + "*"):
            if not path.name.endswith("-shm"):
                shutil.copyfile(path, folder / path.name)

    def lay(self, folder: Path) -> None:
        """Put other files in the place of its own, as a restore does. Nobody may have it open."""
        for path in self.path.parent.glob(self.path.name + "*"):
            path.unlink()
        for path in folder.iterdir():
            shutil.copyfile(path, self.path.parent / path.name)
