"""A published page that is kept as bytes, beside wagtail-cache, and nginx with a file.

Compared: the portal (bytes at hand in each web process) under Granian and gunicorn; Wagtail 8 with
wagtail-cache, its own best way to keep whole pages, in Redis, under the same two servers; nginx
with the same bytes in a file. Fair, because all of them answer the same request on loopback with a
body of one size, uncompressed, from two processes (Python: four threads each) that are warm;
because the peers have the same PostgreSQL or SQLite and Redis; and because each round asks all
of them in turn. Wagtail's hits are checked by its own header. Processor time is that of all the
server's processes, and of PostgreSQL and Redis. nginx does less: it has no host, tenant or
freshness to look after, which is why it may be quicker.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import load, processes, servers, site_world, worlds
from bench.measure import Line, line
from bench.peers.environments import python_of
from bench.servers import Server

ROUNDS, SECONDS, CONNECTIONS = 5, 4, 8
PATH, THEIRS, FILE = site_world.address(0, 5), "/section/item-7/", "/page.html"
RATE_BAR, PROCESSOR_BAR, NGINX_BAR = 1 / 8, 1 / 10, 4.0


@dataclass
class Side:
    """One of those compared, and what it cost: milliseconds a request, by clock and processor."""

    server: Server
    paths: list[str]
    beside: list[int]
    """Processes that work for it: PostgreSQL, Redis."""
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def press(self, seconds: float) -> None:
        """Have it read for a round."""
        roots = [self.server.pid, *self.beside]
        before = processes.computed(roots)
        found = load.read(self.server.port, self.paths, CONNECTIONS, seconds)
        if found.errors:
            raise RuntimeError(f"{self.server.name}: {found.errors} of {found.requests} failed.")
        self.wall.append(found.each)
        self.cpu.append((processes.computed(roots) - before) / max(found.requests, 1))


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare all on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, servers.redis() as (redis, redis_url):
            beside = [redis.pid, *servers.postgres_pids(kind)]
            with sides(socket, redis_url, beside) as found:
                alternate(found, ROUNDS, SECONDS)
            lines += _lines(kind, found)
    return lines


@contextmanager
def sides(socket: Path | None, redis_url: str, beside: list[int]) -> Iterator[list[Side]]:
    """Start all of them, each with its page warm in every process."""
    url = site_world.web_url(socket)
    with ExitStack() as stack:
        found = []
        for program in ("granian", "gunicorn"):
            ours = stack.enter_context(servers.portal(program, url, redis_url, PATH))
            found.append(Side(ours, [PATH], beside))
        body = found[0].server.ask(PATH).body
        settings = wagtail_settings(socket, len(body)) | {"BENCH_CACHE": redis_url}
        for program in ("granian", "gunicorn"):
            theirs = stack.enter_context(servers.wagtail(program, settings, THEIRS))
            if theirs.ask(THEIRS).headers["X-Wagtail-Cache"] != "hit":
                raise RuntimeError("wagtail-cache does not keep its page.")
            found.append(Side(theirs, [THEIRS], beside))
        file = stack.enter_context(servers.nginx(body))
        found += [Side(file, [FILE], [])] if file else []
        yield found


def wagtail_settings(socket: Path | None, size: int) -> dict[str, str]:
    """Return the settings of a Wagtail whose article is a page of `size` bytes."""
    where = site_world.settings(socket, "wagtail_read")
    site_world.prepare_wagtail(python_of("wagtail"), where)
    settings = site_world.wagtail_environment(where)
    with servers.wagtail("gunicorn", settings, THEIRS) as bare:
        padding = max(0, size - len(bare.ask(THEIRS).body))
    return settings | {"BENCH_PADDING": str(padding)}


def alternate(found: list[Side], rounds: int, seconds: float) -> None:
    """Ask each once a round; what the first round finds is not kept."""
    for number in range(-1, rounds):
        for side in found:
            side.press(seconds)
            if number < 0:
                side.wall.clear()
                side.cpu.clear()


def _lines(kind: str, found: list[Side]) -> list[Line]:
    middle: dict[str, dict[str, float]] = defaultdict(dict)
    for side in found:
        middle["wall"][side.server.name] = statistics.median(side.wall)
        middle["cpu"][side.server.name] = statistics.median(side.cpu)
    best = {
        what: min(n for name, n in each.items() if "Wagtail" in name)
        for what, each in middle.items()
    }
    lines = []
    for side in found:
        ours = "portal" in side.server.name
        first = side.server.name == "portal, granian"
        of_nginx = middle["cpu"][side.server.name] / middle["cpu"].get("nginx", float("nan"))
        wall = middle["wall"][side.server.name] / best["wall"]
        cpu = middle["cpu"][side.server.name] / best["cpu"]
        lines += [
            line("cached-rate", kind, side.server.name, side.wall, ratio=wall if ours else None,
                 target="<= 1/8 of wagtail-cache's time" if first else "",
                 met=wall <= RATE_BAR if first else None, note=rates(side)),
            line("cached-cpu", kind, side.server.name, side.cpu, ratio=cpu if ours else None,
                 target="<= 1/10 of wagtail-cache's" if first else "",
                 met=cpu <= PROCESSOR_BAR if first else None, note="processor ms a request"),
        ]  # fmt: skip
        if ours and "nginx" in middle["cpu"]:
            lines.append(line("cached-nginx", kind, side.server.name, side.cpu, ratio=of_nginx,
                              target=f"<= {NGINX_BAR:.0f}x nginx's processor" if first else "",
                              met=of_nginx <= NGINX_BAR if first else None))  # fmt: skip
    return lines


def rates(side: Side) -> str:
    """Tell of requests a second: the median, and the least and the most of a round."""
    rate = sorted(1000 / each for each in side.wall)
    by = "wrk" if load.with_wrk() else "bundled client"
    return f"{statistics.median(rate):,.0f} req/s ({rate[0]:,.0f}-{rate[-1]:,.0f}), {by}"
