"""A published page rendered anew for each request, beside Wagtail without a cache.

The portal keeps nothing (SITE_MEMORY_MB=0: the layer in front of Flask is not there), Wagtail has
no cache either. Fair, because both read a post of the same 5 kB of rich text, its site, menu,
ancestors, older and newer neighbour from the same kind of database, under the same servers with
two processes of four threads, and send pages of one size: Wagtail's is filled up with a comment,
which costs it nothing. What is neither's habit, such as related pages, is asked of neither. The
posts are asked for in turn, so that nobody profits from one that is known.
"""

import statistics
from contextlib import ExitStack

from bench import postgres, servers, site_world, worlds
from bench.cached import CONNECTIONS, Side, alternate, rates, wagtail_settings
from bench.measure import Line, line

ROUNDS, SECONDS, POSTS = 5, 4, 10
OURS = [site_world.address(0, post) for post in range(POSTS)]
THEIRS = [f"/section/item-{number}/" for number in range(5, 5 + POSTS)]
BAR = 1 / 2


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare them on each database, under both servers; the bar is on the better of each."""
    lines: list[Line] = []
    for kind in kinds:
        with (
            worlds.server(kind) as socket,
            servers.redis() as (redis, redis_url),
            ExitStack() as stack,
        ):
            beside = [redis.pid, *servers.postgres_pids(kind)]
            url, found = site_world.web_url(socket), []
            for program in ("granian", "gunicorn"):
                ours = servers.portal(program, url, redis_url, OURS[0], SITE_MEMORY_MB="0")
                found.append(Side(stack.enter_context(ours), OURS, beside))
            size = len(found[0].server.ask(OURS[0]).body)
            settings = wagtail_settings(socket, size)
            for program in ("granian", "gunicorn"):
                theirs = stack.enter_context(servers.wagtail(program, settings, THEIRS[0]))
                found.append(Side(theirs, THEIRS, beside))
            postgres.vacuum(socket, site_world.WORLD, "wagtail_read")
            alternate(found, ROUNDS, SECONDS)
            lines += _lines(kind, found, size)
    return lines


def _lines(kind: str, found: list[Side], size: int) -> list[Line]:
    theirs = min(statistics.median(side.wall) for side in found[2:])
    their_cpu = min(statistics.median(side.cpu) for side in found[2:])
    best = min(found[:2], key=lambda side: statistics.median(side.wall))
    lines = []
    for side in found:
        ours, bar = side in found[:2], side is best
        wall, cpu = (statistics.median(each) for each in (side.wall, side.cpu))
        ratio = wall / theirs if ours else None
        lines.append(
            line("first-render", kind, side.server.name, side.wall, ratio=ratio,
                 target="<= 1/2 of Wagtail's time" if bar else "",
                 met=wall / theirs <= BAR if bar else None,
                 note=f"{rates(side)}; processor {cpu:.1f} ms, {cpu / their_cpu:.2f} of the best "
                 f"Wagtail's; {size:,} bytes; {CONNECTIONS} readers")
        )  # fmt: skip
    return lines
