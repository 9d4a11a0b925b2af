"""A hundred thousand different addresses that are not there: what is left of them.

Asked: missing pages, posts, tags and files of fifty sites, sites and pages of the portal that never
were, places in lists, words to search for, queries nobody reads, passwords for pages that are not
there, and hosts that nobody serves; each request unlike all others. Beside them as many requests
for kept pages are sent, because what is kept must not be driven out by what is not there. Compared
are the web processes (PSS), Redis's keys and the rows of all tables after 20,000 and after 100,000:
memory is flat when it is at most a twentieth more, and no row may be added. What Redis counts for a
limit ends by itself, so its keys are told and have to be fewer than one for a hundred requests. The
server is a process of its own, set up as an installation is; it is compared with itself only.
"""

import uuid
from collections import Counter
from typing import Any

from redis import Redis
from sqlalchemy import create_engine, inspect, text

from bench import load, processes, servers, site_world, worlds
from bench.measure import Line, line
from bench.servers import Server

WARM, REQUESTS, PART, CONNECTIONS, SECONDS = 20_000, 100_000, 10_000, 16, 900.0
FLAT, KEYS = 1.05, 0.01
HOST = "127.0.0.1"


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Ask both servers on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, servers.redis() as (_redis, redis_url):
            url, owner = site_world.web_url(socket), site_world.owner_url(socket)
            for program in ("granian", "gunicorn"):
                with servers.portal(
                    program, url, redis_url, site_world.address(0), TRUSTED_HOSTS=HOST
                ) as server:
                    lines += _press(kind, server, owner, redis_url)
    return lines


def _press(kind: str, server: Server, owner: str, redis_url: str) -> list[Line]:
    _ask(server, 0, WARM)
    warm, rows, keys = _held(server), _rows(owner), _keys(redis_url)
    statuses: Counter[str] = Counter()
    for start in range(WARM, REQUESTS, PART):
        statuses += _ask(server, start, start + PART)
    after, added, more = _held(server), _rows(owner) - rows, _keys(redis_url) - keys
    grown = max(after) / max(warm)
    broken = sum(n for status, n in statuses.items() if status[0] not in "234")
    told = ", ".join(f"{status}: {n:,}" for status, n in sorted(statuses.items()))
    met = grown <= FLAT and not added and not broken and more <= KEYS * (REQUESTS - WARM)
    note = f"MB a web process; {sum(added.values())} rows and {more} keys more; answers {told}"
    return [
        line("strangers", kind, f"{server.name}, {WARM:,}", warm, note="MB a web process"),
        line("strangers", kind, f"{server.name}, {REQUESTS:,}", after, ratio=grown, met=met,
             target=f"<= {FLAT}x, no row, no error", note=note),
    ]  # fmt: skip


def _ask(server: Server, start: int, end: int) -> "Counter[str]":
    """Send the missing addresses of these numbers, after each a kept one; count the answers."""
    asked: list[Any] = []
    for number in range(start, end):
        asked += missing(number), _get(site_world.address(number % 50, number % site_world.POSTS))
    found = load.each_once(server.port, asked, CONNECTIONS, SECONDS)
    if found.requests < len(asked):
        raise RuntimeError(f"Only {found.requests} of {len(asked)} requests within {SECONDS} s.")
    return Counter(found.statuses)


def missing(number: int) -> list[Any]:
    """Return the numbered request, which no other number gives."""
    site = f"/s/{site_world.handle(number % 50)}"
    name = f"nothing-{number}"
    paths = (
        f"{site}/{name}/", f"{site}/posts/{name}/", f"{site}/tags/{name}/", f"{site}//{name}",
        f"{site}/media/{uuid.UUID(int=number)}/{name}.png", f"/s/{name}/", f"/{name}",
        f"{site}/posts/?before={name}", f"{site}/?utm={name}", f"{site}/search/?q={name}",
    )  # fmt: skip
    kind = number % (len(paths) + 2)
    if kind < len(paths):
        return _get(paths[kind])
    if kind == len(paths):
        return ["GET", site_world.address(0), {"Host": f"{name}.example"}, ""]
    form = {"Host": HOST, "Content-Type": "application/x-www-form-urlencoded"}
    return ["POST", f"{site}/{name}/", form, "password=guess"]


def _get(path: str) -> list[Any]:
    return ["GET", path, {"Host": HOST}, ""]


def _held(server: Server) -> list[float]:
    return [processes.memory(pid) for pid in processes.web_processes(server.pid)]


def _keys(redis_url: str) -> int:
    with Redis.from_url(redis_url) as connection:
        return int(connection.dbsize())


def _rows(owner: str) -> "Counter[str]":
    """Return how many rows each table has."""
    engine = create_engine(owner)
    try:
        with engine.connect() as connection:
            return Counter({
                name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0
                for name in inspect(connection).get_table_names()
            })  # fmt: skip
    finally:
        engine.dispose()
