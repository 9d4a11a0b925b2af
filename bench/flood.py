"""Four times as many sign-ins as the processors could hash, while others read.

Compared: the portal with itself, quiet and under the flood. How many passwords this machine hashes
a second is measured first, on all its processors at once, with the portal's parameters. Then that
many times four attempts a second come in on connections of their own, each for an e-mail of its
own, so that only the gate before the hashing, not the count of attempts, stands in their way
(SIGN_IN_LIMIT is set beyond them: a flood from many places would pass it as well). Meanwhile people
with a session ask for their dashboard, and readers for published posts, at the pace of the quiet
rounds; their time counts from when they were to be sent. Fair, because pace, machine and rounds
are the same; attempts turned away with 503 are what is wanted.
"""

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher

from bench import load, servers, site_world, worlds
from bench.load import Load
from bench.measure import Line, line
from bench.servers import Server
from bench.wsgi import filled

ROUNDS, SECONDS, TIMES, HASHES = 3, 8, 4, 60
PAGES_PACE, SITE_PACE, BAR = 20, 50, 3.0
LIMIT = "1000000 per minute"


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Measure under Granian and gunicorn on each database."""
    lines: list[Line] = []
    rate = _hashes() * TIMES
    for kind in kinds:
        with worlds.server(kind) as socket, servers.redis() as (_redis, redis_url):
            url = site_world.web_url(socket)
            for program in ("granian", "gunicorn"):
                with servers.portal(
                    program, url, redis_url, site_world.address(0), SIGN_IN_LIMIT=LIMIT
                ) as server:
                    lines += _compare(kind, server, rate)
    return lines


def _hashes() -> float:
    """Return how many passwords a second all processors hash together."""
    hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        started = time.perf_counter()
        list(pool.map(hasher.hash, ["seven green bottles stand"] * HASHES))
    return HASHES / (time.perf_counter() - started)


def _compare(kind: str, server: Server, rate: float) -> list[Line]:
    session = _sign_in(server)
    found: dict[str, list[tuple[Load, ...]]] = {"quiet": [], "flood": []}
    _others(server, session, 2)
    for _ in range(ROUNDS):
        found["quiet"].append(_others(server, session, SECONDS))
        with load.pacing(server.port, _attempts(server), 64, SECONDS + 1, rate) as flood:
            time.sleep(0.5)
            found["flood"].append(_others(server, session, SECONDS))
        said = flood.found()
    lines = []
    for which, name in enumerate(("dashboard", "published post")):
        quiet, busy = ([each[which] for each in found[state]] for state in ("quiet", "flood"))
        before, after = ([each.p99 for each in loads] for loads in (quiet, busy))
        ratio = statistics.median(after) / statistics.median(before)
        errors = sum(each.errors for each in busy)
        lines += [
            line("login-flood", kind, f"{server.name}: {name}", before, note="p99, quiet"),
            line("login-flood", kind, f"{server.name}: {name}, flood", after, ratio=ratio,
                 target=f"<= {BAR:.0f}x", met=ratio <= BAR and not errors,
                 note=f"p99, {errors} errors; {rate:.0f} attempts a second, {said.statuses}"),
        ]  # fmt: skip
    return lines


def _others(server: Server, session: str, seconds: float) -> tuple[Load, Load]:
    posts = [["GET", site_world.address(n), None, ""] for n in range(20)]
    dashboard = [["GET", "/", {"Cookie": session}, ""]]
    with load.pacing(server.port, posts, 8, seconds, SITE_PACE) as readers:
        people = load.paced(server.port, dashboard, 4, seconds, PAGES_PACE)
    return people, readers.found()


def _form(server: Server) -> tuple[str, list[tuple[str, str]]]:
    """Return the cookie a visitor gets with the sign-in page, and what its form sends."""
    answer = server.ask("/sign-in")
    return _cookie(answer.headers), filled(answer.body.decode(), "email")


def _cookie(headers: Any) -> str:
    return "; ".join(each.partition(";")[0] for each in headers.get_all("Set-Cookie") or [])


def _encoded(form: list[tuple[str, str]], email: str, password: str) -> str:
    kept = [pair for pair in form if pair[0] not in {"email", "password"}]
    return urlencode([*kept, ("email", email), ("password", password)])


def _sign_in(server: Server) -> str:
    cookie, form = _form(server)
    sent = _encoded(form, site_world.EMAIL, site_world.PASSWORD)
    answer = server.ask("/sign-in", {"Cookie": cookie}, sent)
    if answer.status != 303:
        raise RuntimeError(f"The portal let nobody in: {answer.status}.")
    return _cookie(answer.headers)


def _attempts(server: Server) -> list[Any]:
    cookie, form = _form(server)
    told = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    return [
        ["POST", "/sign-in", told, _encoded(form, f"nobody-{n}@bench.example", "wrong " * 4)]
        for n in range(2_000)
    ]
