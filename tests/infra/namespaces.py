"""Network namespaces of Linux: what runs in one reaches others by its cable alone. Root only."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

VARIABLE = "PORTAL_TEST_NAMESPACE"
FOLDER = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
T = TypeVar("T")


def ip(*words: str) -> None:
    """Run `ip`; raises CalledProcessError when the kernel refuses."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@cache
def are_allowed() -> bool:
    """Whether this machine lets us make them, with a bridge and a cable."""
    name = f"portal-{os.getpid()}-try"
    try:
        ip("netns", "add", name)
        try:
            ip("link", "add", f"pt{os.getpid()}", "type", "bridge")
            ip("link", "del", f"pt{os.getpid()}")
        finally:
            ip("netns", "del", name)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def enter(name: str) -> None:
    """Have this thread, and what it starts from here on, be in a namespace."""
    with (FOLDER / name).open() as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {name}")


def inside(name: str, call: Callable[[], T]) -> T:
    """Call something in a namespace, from a thread that ends with it."""
    found: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            enter(name)
            found.append(call())
        except BaseException as error:  # noqa: BLE001  raised again below
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return found[0]
