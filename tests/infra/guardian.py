"""Runs a server while a given process lives: `guardian.py PID SIGNAL UID FOLDER -- command…`.

A script of its own, so that even `kill -9` of the test run leaves no server behind. SIGNAL stops
the server, UID is the system user it runs as (- for the same one), FOLDER is removed when the
process died without doing so.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

GRACE_SECONDS = 10.0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> int:
    owner, stop_with, user = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.setsid()
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    identity: dict[str, Any] = {}
    if user != "-":
        identity = {"user": int(user), "group": int(user), "extra_groups": [], "cwd": "/"}
    server = subprocess.Popen(sys.argv[sys.argv.index("--") + 1 :], **identity)
    while server.poll() is None and alive(owner) and not asked:
        time.sleep(0.1)
    if server.poll() is None:
        server.send_signal(stop_with)
        try:
            server.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
    status = server.wait()
    if not alive(owner):
        shutil.rmtree(sys.argv[4], ignore_errors=True)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
