"""Saving and publishing a text of 20 kB, beside Wagtail's editor doing the same."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from flask import Flask

from bench import postgres, worlds
from bench.apps import Watch, portal, signed_in, watching
from bench.measure import Line, alternating, line, p95
from bench.peers.calling import Peer, peer
from bench.wsgi import Answer, Browser, filled

ROUNDS, BYTES = 40, 20_000
WORLD, ACCOUNT = "content_10k", "account-2"
SENTENCE = "Slow coffee takes a {0}careful{1} hand and some time; nobody hurries it. "
STRONG, BOLD = ("<strong>", "</strong>"), ("<b>", "</b>")  # as each editor spells it
MOST, WHO_ASKS = 12, 4
FIRST = 60
"""Revisions before anything is measured: PostgreSQL knows nothing of what was always empty."""


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare saving, and saving and publishing, on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with (
            worlds.server(kind) as socket,
            portal(WORLD, socket) as app,
            watching() as watch,
            wagtail(socket) as other,
        ):
            other.begin(body=text(0, BOLD))
            desk = Desk(app, watch)
            for number in range(FIRST):
                desk.save(text(-1 - number))
            postgres.vacuum(socket, WORLD, "wagtail")
            lines += _compare(kind, desk, other)
    return lines


@contextmanager
def wagtail(socket: Path | None) -> Iterator[Peer]:
    """Run Wagtail over a database of its own, of the same kind and on the same server."""
    if socket is None:
        arguments = ["sqlite", str(worlds.VAR / "wagtail.sqlite3")]
    else:
        postgres.make_database(socket, "wagtail")
        arguments = ["postgres", str(socket), "wagtail"]
    with peer("wagtail_site", *arguments) as found:
        yield found


def text(number: int, tag: tuple[str, str] = STRONG) -> str:
    """Return a body of 20 kB in paragraphs, one of which says the number."""
    each = SENTENCE.format(*tag) * 3
    count = BYTES // len(f"<p>00 {each}</p>")
    return "".join(f"<p>{n} {each}{number if n == count // 2 else ''}</p>" for n in range(count))


Costs = list[tuple[float, int]]


class Desk:
    """Somebody who writes on a page of the portal."""

    def __init__(self, app: Flask, watch: Watch) -> None:
        self.watch = watch
        self.browser: Browser = signed_in(app, "account-admin", ACCOUNT)
        door = f"/a/{ACCOUNT}/pages/new"
        form = filled(
            self.browser.get(door).text, "body", title=f"Of coffee {uuid4()}", body=text(0)
        )
        self.url = _done(self.browser.post(door, form)).location

    def save(self, body: str) -> Answer:
        """Open the editor, and count from sending its form."""
        form = filled(self.browser.get(self.url).text, "body", body=body)
        self.watch.reset()
        return _done(self.browser.post(self.url, form))

    def publish(self) -> Answer:
        """Open the question, and count from answering it."""
        url = f"{self.url}publish"
        form = filled(self.browser.get(url).text, "revision")
        self.watch.reset()
        return _done(self.browser.post(url, form))


def _done(answer: Answer) -> Answer:
    if answer.status != 302:
        raise RuntimeError(f"The portal answered {answer.status}.")
    return answer


def _compare(kind: str, desk: Desk, other: Peer) -> list[Line]:
    numbers = iter(range(1, 1_000_000))
    costs: dict[str, Costs] = defaultdict(list)
    spent: dict[str, float] = {}

    def ours_saves(_round: int) -> float:
        answer = desk.save(text(next(numbers)))
        costs["save"].append((answer.cpu, desk.watch.all))
        spent["save"] = answer.wall
        return answer.wall

    def ours_publishes(_round: int) -> float:
        answer = desk.publish()
        costs["publish"].append((answer.cpu, desk.watch.all))
        spent["both"] = spent["save"] + answer.wall
        return answer.wall

    def theirs(act: str) -> Callable[[int], float]:
        def does(_round: int) -> float:
            told = other.ask(act, body=text(next(numbers), BOLD))
            costs[f"Wagtail {act}"].append((told["cpu"], int(told["statements"])))
            return float(told["wall"])

        return does

    designs = {
        "save": ours_saves, "publish": ours_publishes, "both": lambda _round: spent["both"],
        "Wagtail save": theirs("save"), "Wagtail publish": theirs("publish"),
    }  # fmt: skip
    found = alternating(designs, ROUNDS)
    middle = {
        name: (statistics.median(c for c, _ in each), int(statistics.median(n for _, n in each)))
        for name, each in costs.items()
    }
    return _lines(kind, found, middle)


def _lines(
    kind: str, found: dict[str, list[float]], cost: dict[str, tuple[float, int]]
) -> list[Line]:
    lines = []
    for bench, ours, peer_does, bar in (
        ("editor-save", "save", "Wagtail save", 0.5),
        ("editor-publish", "publish", "Wagtail publish", 0.25),
        ("editor-save-publish", "both", "Wagtail publish", None),
    ):
        first = line(bench, kind, "Wagtail", found[peer_does], note=_note(cost[peer_does]))
        ratio = line(bench, kind, "portal", found[ours]).p50 / first.p50
        counted = cost.get(ours)
        met = bar and counted and ratio <= bar and counted[1] - WHO_ASKS <= MOST
        tail = f"p95 ratio {p95(found[ours]) / p95(found[peer_does]):.2f}"
        note = f"{tail}; {_note(counted)}" if counted else f"{tail}; two requests against one"
        lines += [first, line(bench, kind, "portal", found[ours], ratio=ratio,
                              target=f"<= {bar}x" if bar else "", met=met, note=note)]  # fmt: skip
    return lines


def _note(cost: tuple[float, int]) -> str:
    return f"{cost[1]} statements in all, processor {cost[0]:.0f} ms"
