"""`flask --app wsgi up` as a process: one command, everything runs, nothing is left."""

from __future__ import annotations

import os
import signal
import stat
import urllib.request
from pathlib import Path

import pytest

from tests.infra.ports import free_port
from tests.infra.postgres import Database
from tests.infra.processes import START_SECONDS, Process, Processes, wait_until

PARTS = {"redis", "web", "worker", "scheduler"}


def up(processes: Processes, var: Path, **env: str) -> tuple[Process, str]:
    """A portal on a free port, and its URL; it has announced itself when this returns."""
    process, port = start(processes, var, **env)
    process.wait_for_log("The portal runs at")
    return process, f"http://127.0.0.1:{port}"


def start(processes: Processes, var: Path, **env: str) -> tuple[Process, str]:
    settings = {"PORT": str(free_port()), "PORTAL_VAR": str(var), "APP_ENV": ""} | env
    return processes.flask("up", env=settings), settings["PORT"]


def answers(url: str) -> bool:
    """Whether it is healthy; waits meanwhile for a web server that is being started again."""
    with urllib.request.urlopen(f"{url}/healthz", timeout=START_SECONDS) as response:  # noqa: S310  ours
        return response.status == 200


def descendants(process: Process) -> dict[int, str]:
    """Command lines of everything the process started, and what that started."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := status(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
            commands[int(entry.name)] = command_line(entry)
    found, newest = set[int](), {process.pid}
    while newest:
        found |= newest
        newest = {pid for pid, parent in parents.items() if parent in newest}
    return {pid: commands[pid] for pid in found}


def status(pid: int) -> list[str]:
    """State, parent and what follows of a process; empty when it is dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def command_line(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_everything_runs_and_stops(processes: Processes, tmp_path: Path):
    process, url = up(processes, tmp_path / "var")
    assert answers(url)
    everyone = descendants(process)
    process.signal(signal.SIGTERM)
    assert process.wait(START_SECONDS) == 0
    wait_until(lambda: not any(map(status, everyone)), f"none is left of {everyone}")
    assert mode(tmp_path / "var" / "portal.sqlite3") == 0o600


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_killed_portal_leaves_nobody_and_starts_again(processes: Processes, tmp_path: Path):
    process, _ = up(processes, tmp_path / "var")
    everyone = descendants(process)
    assert len(everyone) > len(PARTS)
    process.signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(map(status, everyone)), f"none is left of {everyone}")
    _, url = up(processes, tmp_path / "var")
    assert answers(url)


@pytest.mark.parametrize("words", ["gunicorn", "redis-server", "wsgi worker", "wsgi scheduler"])
def test_a_killed_part_comes_back(processes: Processes, tmp_path: Path, words: str):
    process, url = up(processes, tmp_path / "var")
    victim = min(pid for pid, command in descendants(process).items() if words in command)
    os.kill(victim, signal.SIGKILL)
    process.wait_for_log("was killed by SIGKILL; starting it again")
    wait_until(lambda: any(words in c for c in descendants(process).values()), f"{words} is back")
    assert answers(url)
    assert process.stop(START_SECONDS) == 0


def test_two_folders_two_portals(processes: Processes, tmp_path: Path):
    first, url = up(processes, tmp_path / "one")
    second, other_url = up(processes, tmp_path / "two")
    assert answers(other_url)
    assert second.stop(START_SECONDS) == 0
    assert answers(url)
    assert first.running


def test_one_folder_one_portal(processes: Processes, tmp_path: Path):
    first, url = up(processes, tmp_path / "var")
    second, _ = start(processes, tmp_path / "var")
    assert second.wait(START_SECONDS) == 2
    assert second.log.startswith("portal: it already runs on ")
    assert second.log.count("\n") == 1
    assert answers(url)
    assert first.running


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root:secret@db/portal"),
        ("DATABASE_URL", "postgresql://root:secret@db:many/portal"),
        ("DATABASE_URL", "sqlite:////no/such/folder/portal.sqlite3"),
        ("REDIS_URL", "unix:///no/such.sock"),
        ("REDIS_URL", "http://:secret@redis.example"),
        ("PORT", "eight"),
    ],
)
def test_what_cannot_work_is_one_line(processes: Processes, tmp_path: Path, name: str, value: str):
    process, _ = start(processes, tmp_path / "var", **{name: value})
    assert process.wait(START_SECONDS) == 2
    assert process.log.startswith("portal: ")
    assert process.log.count("\n") == 1, process.log
    assert name in process.log
    assert "secret" not in process.log


def test_given_stores_are_used(
    processes: Processes, tmp_path: Path, redis_url: str, empty_postgres_database: Database
):
    stores = {
        "DATABASE_URL": empty_postgres_database.web_url,
        "DATABASE_OWNER_URL": empty_postgres_database.owner_url,
        "REDIS_URL": redis_url,
    }
    process, url = up(processes, tmp_path / "var", **stores)
    assert answers(url)
    assert not any("redis-server" in command for command in descendants(process).values())
    assert not (tmp_path / "var" / "portal.sqlite3").exists()
    assert process.stop(START_SECONDS) == 0
