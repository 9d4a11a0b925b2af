"""Fifty accounts publish without a pause while 64 readers read what they publish.

Compared: the portal with itself, quiet and while it publishes. Quiet, 64 connections ask for the
fifty posts (and their lists) in turn at a pace that two processors carry with ease; then they do so
while a worker process carries out the portal's own actions, saving and publishing one account's
post after the other: each account every five seconds, and then as fast as one process can, which
takes one of two processors from the web. Fair, because the readers, their pace and the
machine are the same, because the rounds alternate, and because a time counts from when a reader
was to be sent, not from when the server got round to it.

Each text says a number. The publisher tells when it had committed which; a watcher asks for one of
the posts again and again and counts for how long after a commit it still gets an older number. An
answer of 400 or above, or none, fails the bench, as does a number older than a second.
"""

import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench import load, servers, site_world, worlds
from bench.load import Load
from bench.measure import Line, line
from bench.servers import Server

ROUNDS, SECONDS, READERS, PACE = 3, 8, 64, 250
BAR, OLDEST = 3.0, 1.0
RATES = {"each every 5 s": 10, "all a worker can": 0}
POSTS = [site_world.address(number) for number in range(site_world.ACCOUNTS)]
PATHS = POSTS + [f"/s/{site_world.handle(n)}/posts/" for n in range(0, site_world.ACCOUNTS, 5)]
NUMBER = re.compile(r"Cup number (\d+) of many")


@dataclass
class Watcher:
    """Asks for posts, and knows what was committed when."""

    server: Server
    committed: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    behind: list[float] = field(default_factory=list)
    """Seconds for which each answer was older than what had been committed; 0 for the newest."""
    looks: list[tuple[int, int, float]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Ask until it is enough. For a thread."""
        dice = random.Random(3)  # noqa: S311 - not for secrets
        while not self.done.wait(0.01):
            which, asked = dice.randrange(len(POSTS)), time.monotonic()
            answer = self.server.ask(POSTS[which])
            found = NUMBER.search(answer.body.decode())
            if answer.status != 200 or found is None:
                raise RuntimeError(f"{POSTS[which]} answered {answer.status}.")
            self.looks.append((which, int(found[1]), asked))

    def judge(self, told: list[str]) -> None:
        """Compare what was seen with what the publisher told, one line each."""
        for row in told:
            which, number, when = json.loads(row)
            self.committed.setdefault(which, []).append((number, when))
        for which, number, asked in self.looks:
            newer = [when for n, when in self.committed.get(which, []) if n > number]
            self.behind.append(max(0.0, asked - min(newer, default=asked)))


@dataclass
class Found:
    """What one way of publishing came to."""

    loads: list[Load] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)
    published: int = 0


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Measure under Granian on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, servers.redis() as (_redis, redis_url):
            url = site_world.web_url(socket)
            with servers.portal("granian", url, redis_url, PATHS[0]) as server:
                lines += _lines(kind, _rounds(server, url, redis_url))
    return lines


def _rounds(server: Server, url: str, redis_url: str) -> dict[str, Found]:
    found = {name: Found() for name in ("", *RATES)}
    _read(server, 3)
    for _ in range(ROUNDS):
        found[""].loads.append(_read(server, SECONDS))
        for name, rate in RATES.items():
            load_found, seen, number = _while_publishing(server, url, redis_url, rate)
            found[name].loads.append(load_found)
            found[name].behind += seen
            found[name].published += number
            time.sleep(2)  # what is left to make anew
    return found


def _read(server: Server, seconds: float) -> Load:
    asked = [["GET", path, None, ""] for path in PATHS]
    return load.paced(server.port, asked, READERS, seconds, PACE)


def _while_publishing(
    server: Server, url: str, redis_url: str, rate: float
) -> tuple[Load, list[float], int]:
    watcher = Watcher(server)
    command = [sys.executable, "-m", "bench.publisher", str(SECONDS + 1), str(rate)]
    with tempfile.TemporaryDirectory() as var, tempfile.TemporaryFile("w+") as told:
        settings = servers.portal_settings(url, redis_url, Path(var))
        process = subprocess.Popen(
            command, cwd=worlds.ROOT, env=settings, stdin=subprocess.PIPE, stdout=told, text=True
        )
        if process.stdin is None:
            raise RuntimeError("The publisher was started without a pipe.")
        _wait_for(told.name, process)
        looking = threading.Thread(target=watcher.look)
        looking.start()
        process.stdin.write("\n")
        process.stdin.close()
        time.sleep(0.5)
        found = _read(server, SECONDS)
        watcher.done.set()
        looking.join()
        if process.wait(timeout=30):
            sys.exit("bench: the publisher failed; see above")
        told.seek(0)
        rows = told.read().splitlines()[1:]
    watcher.judge(rows)
    return found, watcher.behind, len(rows)


def _wait_for(descriptor: object, process: "subprocess.Popen[str]") -> None:
    """Wait until the publisher has said that it is ready."""
    said = Path(f"/proc/self/fd/{descriptor}")
    while not said.stat().st_size:
        if process.poll() is not None:
            sys.exit("bench: the publisher did not start; see above")
        time.sleep(0.05)


def _lines(kind: str, found: dict[str, Found]) -> list[Line]:
    quiet = found.pop("").loads
    lines = [line("publishing", kind, "readers' p99, quiet", [each.p99 for each in quiet],
                  note=f"{READERS} readers, {PACE} requests a second")]  # fmt: skip
    for name, busy in found.items():
        errors = sum(each.errors for each in [*quiet, *busy.loads])
        ratio = statistics.median(each.p99 for each in busy.loads) / lines[0].p50
        oldest = max(busy.behind, default=0.0)
        note = (
            f"{busy.published / ROUNDS / (SECONDS + 1):.0f} published a second, {errors} errors, "
            f"oldest {oldest:.2f} s of {len(busy.behind)} looks"
        )
        lines.append(
            line("publishing", kind, name, [each.p99 for each in busy.loads], ratio=ratio,
                 target=f"<= {BAR:.0f}x, none older than 1 s, no error",
                 met=ratio <= BAR and not errors and oldest <= OLDEST, note=note)
        )  # fmt: skip
    return lines
