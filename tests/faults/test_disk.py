"""Disks that are full and plugs that are pulled: what was acknowledged is there."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.clusters import DATABASE, Cluster
from tests.faults.files import File
from tests.faults.scenarios import FULL, scenario
from tests.faults.stage import Stage
from tests.faults.writer import acknowledged, write_for_ever

LOOPS = 200 if FULL else 10


def forked(path: Path, begin: int) -> tuple[int, int]:
    """A process that writes; its id, and the pipe on which it acknowledges."""
    near, far = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(near)
        try:
            write_for_ever(path, far, begin)
        finally:
            os._exit(1)
    os.close(far)
    return pid, near


def whole(path: Path, numbers: list[int]) -> None:
    """The file is sound and holds all of them."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = {row[0] for row in connection.execute("SELECT name FROM heartbeat")}
    assert {f"n-{number}" for number in numbers} <= found


@scenario(19, "SQLite, kill -9 in the middle of writes, 200 times: every acknowledged row is there",
          "sqlite")  # fmt: skip
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_in_the_middle_of_writes(stage: Stage):
    assert isinstance(stage.database, File)
    dice = random.Random(19)
    known: list[int] = []
    for _ in range(LOOPS):
        pid, line = forked(stage.database.path, (known[-1] if known else 0) + 1000)
        time.sleep(dice.uniform(0.01, 0.12))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        known += acknowledged(line)
    assert known
    whole(stage.database.path, known)
    stage.verdict.note = f"{LOOPS} kills, {len(known)} acknowledged rows"


@scenario(20, "the plug is pulled: a copy of file and log as they stand opens, all is there",
          "sqlite")  # fmt: skip
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_plug_pulled(stage: Stage):
    assert isinstance(stage.database, File)
    dice = random.Random(20)
    pid, line = forked(stage.database.path, 1)
    for number in range(20):
        time.sleep(dice.uniform(0.02, 0.2))
        os.kill(pid, signal.SIGSTOP)
        before = os.read(line, 1 << 20).split()
        copy = stage.folder / f"copy-{number}"
        stage.database.copy(copy)
        os.kill(pid, signal.SIGCONT)
        whole(copy / stage.database.path.name, [int(each) for each in before[:-1]])
        shutil.rmtree(copy)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(line)


@scenario(20, "the plug is pulled from PostgreSQL's machine while it publishes: each once")
def test_plug_pulled_while_publishing(stage: Stage):
    database = stage.database
    assert isinstance(database, Cluster)
    stage.open()
    stage.up(workers=0)
    made = stage.plan(2000, due_in=2)
    stage.wait(lambda: stage.waiting() < 2000, "it has begun")
    database.freeze()
    database.copy(stage.folder / "copy")
    database.stop(signal.SIGKILL)
    database.lay(stage.folder / "copy")
    database.start()
    stage.healed()
    stage.wait_done()
    stage.check(made)
    with database.connect() as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (DATABASE,)


@pytest.fixture
def small_disk(stage: Stage):
    """A file system of a few megabytes; only root may have one."""
    folder = stage.folder / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    for process in stage.processes.values():
        process.kill()
    subprocess.run(["umount", "-l", folder], check=True)


@scenario(38, "the disk is full: told so, nothing half written, and it heals with space", "sqlite")
def test_full_disk(stage: Stage, small_disk: Path):
    assert isinstance(stage.database, File)
    moved = small_disk / stage.database.path.name
    shutil.move(stage.database.path, moved)
    stage.database.path = moved
    stage.open(PORTAL_VAR=str(small_disk / "var"))
    stage.up(workers=1)
    made = stage.plan(100, due_in=6)
    filler = small_disk / "filler"
    fill(filler)
    stage.wait(lambda: "disk is full" in stage.processes["scheduler-1"].log, "it is noted", 40)
    assert stage.recorder.get("/s/acme/").status == 200
    filler.unlink()
    stage.healed()
    stage.wait_done()
    stage.check(made)
    with closing(stage.database.connect()) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def fill(path: Path) -> None:
    """Take all that is left."""
    with path.open("wb", buffering=0) as stream:
        try:
            while stream.write(b"x" * 4096):
                pass
        except OSError:
            return
