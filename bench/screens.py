"""The pages an editor works with, beside Wagtail's and Flask-AppBuilder's.

Compared: the portal's dashboard, list of content, editor, access page and trail, as an account's
admin sees them, with Wagtail's explorer (fifty articles), edit view and history (fifty revisions)
as a section's editor sees them and Flask-AppBuilder's list (fifty rows, narrowed to an account) for
a role that may only list. Fair, because each is asked over a database of the same kind, by the same
little browser in its own process, signed in, with DEBUG off, in alternating rounds; because nobody
has a network or a web server to pay; and because each of the portal's pages is held against the
cheapest of all the peers' pages, not against the one most like it. The figure is the processor's
time, PostgreSQL's process included; statements are all that were sent.
"""

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench import postgres, worlds
from bench.apps import Watch, portal, signed_in, watching
from bench.content import database_of_fab
from bench.editor import BOLD, Desk, text, wagtail
from bench.measure import Line, alternating, line, processor
from bench.peers.calling import Peer, peer
from bench.wsgi import Browser

WORLD, ACCOUNT, ROUNDS, REVISIONS, FAB_ROWS = "screens", "account-2", 40, 50, 1_000_000
BAR = 1 / 3
VIEWS = ("explorer", "edit", "history")
ALIKE = {"editor": "edit", "trail": "history"}
"""What of Wagtail's is most like a page of the portal; for all others that is the explorer."""


@dataclass
class Cost:
    """What a page cost: processor time in milliseconds, and what else is told of it."""

    cpu: list[float] = field(default_factory=list)
    statements: int = 0
    rows: int = 0


@dataclass
class Screen:
    """A page of the portal, looked at by somebody who is signed in."""

    browser: Browser
    watch: Watch
    path: str
    cost: Cost = field(default_factory=Cost)

    def look(self, _round: int) -> float:
        """Ask for it; return the milliseconds of the whole request."""
        self.watch.reset()
        server = self.watch.server
        before = _of(server)
        answer = self.browser.get(self.path)
        if answer.status != 200:
            raise RuntimeError(f"The portal answered {answer.status} to {self.path}.")
        self.cost.statements, self.cost.rows = self.watch.all, answer.text.count("<time ")
        if server == self.watch.server:  # else the pool gave another connection, and process
            self.cost.cpu.append(answer.cpu + _of(server) - before)
        return answer.wall


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare them on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, ExitStack() as stack:
            costs: dict[str, Cost] = {}
            designs: dict[str, Callable[[int], float]] = _theirs(stack, socket, costs)
            app = stack.enter_context(portal(WORLD, socket))
            watch = stack.enter_context(watching())
            for name, screen in _ours(Desk(app, watch), signed_in(app, "account-admin", ACCOUNT)):
                costs[name], designs[name] = screen.cost, screen.look
            postgres.vacuum(socket, WORLD, "wagtail", "fab")
            spent = alternating(designs, ROUNDS)
        lines += _lines(kind, spent, costs)
    return lines


def _ours(desk: Desk, browser: Browser) -> list[tuple[str, Screen]]:
    base = f"/a/{ACCOUNT}"
    paths = {"dashboard": f"{base}/", "content list": f"{base}/pages/", "editor": desk.url,
             "access page": f"{base}/access/", "trail": f"{base}/trail/"}  # fmt: skip
    return [(f"portal, {name}", Screen(browser, desk.watch, path)) for name, path in paths.items()]


def _theirs(
    stack: ExitStack, socket: Path | None, costs: dict[str, Cost]
) -> dict[str, Callable[[int], float]]:
    django = stack.enter_context(wagtail(socket))
    django.begin(body=text(0, BOLD))
    for number in range(REVISIONS):
        django.ask("save", body=text(number + 1, BOLD))
    fab = stack.enter_context(peer("fab_site", database_of_fab(socket), str(FAB_ROWS)))
    fab.begin()
    asked: dict[str, tuple[Peer, dict[str, str]]] = {
        f"Wagtail, {what}": (django, {"act": "open", "what": what}) for what in VIEWS
    }
    asked["Flask-AppBuilder, list"] = (fab, {"act": "look"})
    for name in asked:
        costs[name] = Cost()
    return {name: partial(_ask, other, said, costs[name]) for name, (other, said) in asked.items()}


def _ask(other: Peer, said: dict[str, str], cost: Cost, _round: int) -> float:
    told = other.ask(**said)
    cost.statements = int(told["statements"])
    if told["cpu"]:
        cost.cpu.append(told["cpu"])
    return float(told["wall"])


def _lines(kind: str, spent: dict[str, list[float]], costs: dict[str, Cost]) -> list[Line]:
    middle = {name: statistics.median(cost.cpu) for name, cost in costs.items()}
    best = min(cpu for name, cpu in middle.items() if "portal" not in name)
    quickest = min(statistics.median(v) for name, v in spent.items() if "portal" not in name)
    lines = []
    for name, values in spent.items():
        ours = "portal" in name
        ratio, wall = middle[name] / best, statistics.median(values) / quickest
        note = f"processor {middle[name]:.1f} ms, {costs[name].statements} statements in all"
        if ours:
            alike = ALIKE.get(name.removeprefix("portal, "), "explorer")
            note += f", {middle[name] / middle[f'Wagtail, {alike}']:.2f} of Wagtail's {alike}"
            note += f", latency {wall:.2f} x the quickest's, {costs[name].rows} times shown"
        lines.append(
            line("screens", kind, name, values, ratio=ratio if ours else None,
                 target="<= 1/3 of the best peer's processor" if ours else "",
                 met=ratio <= BAR if ours else None, note=note)
        )  # fmt: skip
    return lines


def _of(server: int | None) -> float:
    return processor(server) if server is not None else 0.0
