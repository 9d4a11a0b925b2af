"""Starting a peer in its environment under var/bench, and asking it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.peers.environments import python_of
from bench.worlds import ROOT


class Peer:
    """A process that answers one line of JSON with another."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, act: str, **values: Any) -> dict[str, Any]:
        """Have it do something and return what it says."""
        return self._exchange({"do": act, **values})

    def begin(self, **values: Any) -> None:
        """Tell it what it needs to know first, and wait until it is ready."""
        self._exchange(values)

    def _exchange(self, said: dict[str, Any]) -> dict[str, Any]:
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            raise RuntimeError("The peer was started without pipes.")
        asked.write(json.dumps(said) + "\n")
        asked.flush()
        line = answers.readline()
        if not line:
            raise RuntimeError("The peer ended; see what it said above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def peer(name: str, *arguments: str) -> Iterator[Peer]:
    """Run `bench.peers.NAME` in the environment that its requirements made."""
    python = python_of(name.partition("_")[0])
    command = [str(python), "-m", f"bench.peers.{name}", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield Peer(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(timeout=30)
