"""What the children write, line by line under their names, on the terminal."""

from __future__ import annotations

import os
import selectors
import sys
from collections.abc import Iterable
from typing import IO

import click

COLOURS = ("cyan", "magenta", "green", "yellow", "blue")
LONGEST_LINE = 64 * 1024


class Output:
    """Collects the children's output and passes it on; also the supervisor's place to wait."""

    def __init__(self, names: Iterable[str], wake_up: int) -> None:
        """`wake_up` is a descriptor that becomes readable when a signal arrived."""
        named = list(names)
        self.closed = False
        self._width = max((len(name) for name in (*named, "portal")), default=0)
        self._colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(named)}
        self._partial: dict[int, bytes] = {}
        self._selector = selectors.DefaultSelector()
        self._wake_up = wake_up
        self._selector.register(wake_up, selectors.EVENT_READ, None)

    def follow(self, name: str, stream: IO[bytes]) -> None:
        """Pass on what arrives on `stream` from now on."""
        os.set_blocking(stream.fileno(), False)
        self._selector.register(stream, selectors.EVENT_READ, name)

    def wait(self, seconds: float) -> None:
        """Pass on output until something happened or the time is up."""
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                os.read(self._wake_up, 4096)
            else:
                self._pass_on(key.data, key.fileobj)  # type: ignore[arg-type]  # only streams carry a name

    def forget(self, name: str) -> None:
        """The child has ended: its last words, and no more."""
        for key in list(self._selector.get_map().values()):
            if key.data == name:
                self._pass_on(name, key.fileobj)  # type: ignore[arg-type]  # as above
        for key in list(self._selector.get_map().values()):
            if key.data == name:
                self._end(name, key.fileobj)  # type: ignore[arg-type]  # as above

    def say(self, text: str, name: str = "portal") -> None:
        """One line under a name."""
        label = f"{name:<{self._width}} |"
        if colour := self._colours.get(name):
            label = click.style(label, fg=colour)
        try:
            click.echo(f"{label} {text}")
        except OSError:
            self.closed = True

    def _pass_on(self, name: str, stream: IO[bytes]) -> None:
        try:
            chunk = os.read(stream.fileno(), LONGEST_LINE)
        except BlockingIOError:
            return
        if not chunk:
            self._end(name, stream)
            return
        *lines, rest = (self._partial.pop(stream.fileno(), b"") + chunk).split(b"\n")
        if len(rest) >= LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        self._partial[stream.fileno()] = rest
        for line in lines:
            self.say(line.decode(errors="replace").rstrip(), name)

    def _end(self, name: str, stream: IO[bytes]) -> None:
        if rest := self._partial.pop(stream.fileno(), b""):
            self.say(rest.decode(errors="replace"), name)
        self._selector.unregister(stream)
        stream.close()


def plain(text: str) -> None:
    """A line of the command itself, before there are children."""
    click.echo(text)
    sys.stdout.flush()
