"""What the portal weighs: memory, time until it answers, and what its pages make a browser load.

Memory is what a web process has to itself and its part of what it shares (PSS), at rest after the
first pages and after 100,000 requests for kept pages, pages made anew, files and addresses that do
not exist; flat means at most a twentieth more than after the first 20,000 of the same, each address
asked for before, so that everything is loaded and the caches are full; `strangers` asks for
different addresses. The time until it answers is from starting the web server's program to the
first whole page, beside Wagtail's under the same server, both with files warm in the system's cache
and the database up. Styles and scripts are counted as they are sent to a browser that takes gzip,
once each, for a public page and the sign-in page, beside Wagtail's sign-in page, whose files are
counted as if its web server compressed them.
"""

import gzip
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from bench import load, processes, servers, site_world, worlds
from bench.cached import THEIRS, wagtail_settings
from bench.measure import Line, line
from bench.peers.environments import python_of
from bench.servers import Server

STARTS, REQUESTS, WARM, CONNECTIONS = 3, 100_000, 20_000, 8
FLAT = 1.05
ROUND = 5
PATH = site_world.address(0)
LINKS = re.compile(r'<(?:link[^>]*?href|script[^>]*?src)="([^"]+\.(?:css|js)[^"]*)"')


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Measure all on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, servers.redis() as (_redis, redis_url):
            url = site_world.web_url(socket)
            for program in ("granian", "gunicorn"):
                with servers.portal(program, url, redis_url, PATH) as server:
                    lines += _memory(kind, server)
                    if program == "granian":
                        lines += _assets(kind, server, socket)
            lines += _starts(kind, socket, url, redis_url)
    return lines


def _memory(kind: str, server: Server) -> list[Line]:
    while len(processes.web_processes(server.pid)) < servers.WORKERS:
        time.sleep(0.1)
    load.read(server.port, [PATH], CONNECTIONS, 1)
    rest = _held(server)
    _fill(server)
    _press(server, WARM)
    warm = _held(server)
    _press(server, REQUESTS - WARM)
    after = _held(server)
    grown = max(after) / max(warm)
    return [
        line("memory", kind, f"{server.name}, at rest", rest, note="MB a web process"),
        line("memory", kind, f"{server.name}, {WARM:,}", warm, note="MB a web process"),
        line("memory", kind, f"{server.name}, {REQUESTS:,}", after, ratio=grown,
             target=f"<= {FLAT}x", met=grown <= FLAT, note="MB a web process"),
    ]  # fmt: skip


def _held(server: Server) -> list[float]:
    return [processes.memory(pid) for pid in processes.web_processes(server.pid)]


def _fill(server: Server) -> None:
    """Ask for each address that is asked for later: how soon all were depends on the server."""
    for turn in range(site_world.POSTS):
        load.read(server.port, list(_paths(turn)), CONNECTIONS, 1)


def _press(server: Server, number: int) -> None:
    """Send at least so many requests: one in fifty for what nobody has made before."""
    done = 0
    for turn in range(number):
        if done >= number:
            return
        done += load.read(server.port, list(_paths(turn)), CONNECTIONS, ROUND).requests


def _paths(turn: int) -> Iterator[str]:
    for each in range(50):
        yield site_world.address(each, turn % site_world.POSTS)
        yield f"/s/{site_world.handle(each)}/"
    yield f"/s/{site_world.handle(turn % 50)}/nothing-{turn}/"
    yield f"/s/{site_world.handle(turn % 50)}/posts/?page={turn}"
    yield "/sign-in"


def _assets(kind: str, server: Server, socket: Path | None) -> list[Line]:
    settings = wagtail_settings(socket, 0)
    with servers.wagtail("gunicorn", settings, THEIRS) as theirs:
        wagtail = _static(theirs.ask("/admin/login/").body.decode())
    public, inside = (_sent(server, path) for path in (PATH, "/sign-in"))
    return [
        line("assets", kind, "Wagtail, sign-in", [wagtail] * 2, note="kB of CSS and JS, gzip"),
        line("assets", kind, "portal, sign-in", [inside] * 2, ratio=inside / wagtail,
             note="kB of CSS and JS, gzip"),
        line("assets", kind, "portal, public page", [public] * 2, note="kB of CSS and JS, gzip"),
    ]  # fmt: skip


def _sent(server: Server, path: str) -> float:
    """Return the kB a browser loads of styles and scripts for a page."""
    found = set(LINKS.findall(server.ask(path).body.decode()))
    sent = [server.ask(each, {"Accept-Encoding": "gzip"}) for each in sorted(found)]
    if any(answer.status != 200 for answer in sent):
        raise RuntimeError(f"{path} wants files that are not there.")
    return sum(len(answer.body) for answer in sent) / 1024


def _static(html: str) -> float:
    """Return the same of Wagtail, whose files a web server would send from its package."""
    package = next((python_of("wagtail").parents[1] / "lib").glob("python3*/site-packages"))
    found = set()
    for link in LINKS.findall(html):
        name = link.partition("?")[0].removeprefix("/static/")
        found |= set(package.glob(f"*/static/{name}")) | set(package.glob(f"*/*/static/{name}"))
    if not found:
        raise RuntimeError("None of Wagtail's styles was found.")
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in found) / 1024


def _starts(kind: str, socket: Path | None, url: str, redis_url: str) -> list[Line]:
    spent: dict[str, list[float]] = {"Wagtail": [], "portal": []}
    settings = wagtail_settings(socket, 0)
    for _ in range(STARTS):
        with servers.portal("gunicorn", url, redis_url, PATH) as ours:
            spent["portal"].append(ours.seconds * 1000)
        with servers.wagtail("gunicorn", settings, THEIRS) as theirs:
            spent["Wagtail"].append(theirs.seconds * 1000)
    ratio = statistics.median(spent["portal"]) / statistics.median(spent["Wagtail"])
    return [
        line("start", kind, "Wagtail, gunicorn", spent["Wagtail"], note="to the first page"),
        line("start", kind, "portal, gunicorn", spent["portal"], ratio=ratio,
             note="to the first page"),
    ]  # fmt: skip
