"""A small proxy between the application and what it leans on: cuts, slows, falls silent, truncates.

Between Unix sockets or TCP ports, since it only moves bytes.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from pathlib import Path
from typing import Any, Literal

Mode = Literal["open", "refuse", "slow", "silent", "truncate"]
Address = Path | tuple[str, int]
BLOCK = 65536


class Proxy:
    """Listens at `near`, talks to `far`. `mode` may change at any time.

    refuse: nobody listens any more; slow: every block waits `delay` seconds; silent: connections
    stay open and nothing passes (a half-open line); truncate: answers end after `limit` bytes.
    """

    def __init__(self, near: Any, far: Address) -> None:
        self.mode: Mode = "open"
        self.delay, self.limit = 5.0, 20
        self.near, self._far = near, far
        self._lines: set[socket.socket] = set()
        self._ended = threading.Event()
        self._listen()

    def set(self, mode: Mode, *, cut: bool = True) -> None:
        """Change the mode; with `cut` the lines that are open break."""
        before, self.mode = self.mode, mode
        if mode == "refuse" and before != "refuse":
            self._listener.close()
        if cut:
            self.cut()
        if before == "refuse" and mode != "refuse":
            self._listen()

    def cut(self) -> None:
        """Break every line that is open now."""
        for line in list(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self._ended.set()
        self._listener.close()
        self.cut()

    def _listen(self) -> None:
        if isinstance(self.near, Path):
            self.near.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self.near))
            self.near.chmod(0o777)
        else:
            self._listener = socket.create_server(self.near)
        self._listener.listen(128)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        # A closed listener does not wake its accept(): look now and then.
        listener.settimeout(0.2)
        while not self._ended.is_set():
            try:
                near, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            near.settimeout(None)
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        unix = isinstance(self._far, Path)
        far = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
        self._lines |= {near, far}
        try:
            far.connect(str(self._far) if isinstance(self._far, Path) else self._far)
        except OSError:
            self._close(near, far)
            return
        threading.Thread(target=self._move, args=(near, far, False), daemon=True).start()
        self._move(far, near, True)

    def _move(self, source: socket.socket, target: socket.socket, answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(BLOCK):
                if self.mode == "slow":
                    time.sleep(self.delay)
                while self.mode == "silent" and not self._ended.is_set():
                    time.sleep(0.02)
                if self.mode == "truncate" and answer:
                    target.sendall(data[: self.limit])
                    break
                target.sendall(data)
        self._close(source, target)

    def _close(self, *lines: socket.socket) -> None:
        for line in lines:
            self._lines.discard(line)
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
