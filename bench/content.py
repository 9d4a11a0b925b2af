"""The list of content: fifty rows of a million against fifty of ten thousand, and a peer's list."""

import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench import postgres, worlds
from bench.apps import Watch, portal, signed_in, watching
from bench.measure import Line, alternating, line, processor
from bench.peers.calling import Peer, peer
from bench.wsgi import Browser

ROUNDS = 40
SMALL, LARGE, ACCOUNT = "content_10k", "content_1m", "account-2"
ROWS = {SMALL: 10_000, LARGE: 1_000_000}
MOST, WHO_ASKS = 8, 5
SIZE_BAR, PROCESSOR_BAR = 1.3, 1 / 3
LISTS = {
    "account": "", "drafts": "?state=draft", "unpublished": "?state=unpublished",
    "by-title": "?sort=title", "below": "?within=below",
}  # fmt: skip


@dataclass
class Reader:
    """Somebody who looks at the list of one world, and what that cost the processor."""

    browser: Browser
    watch: Watch
    cpu: list[float] = field(default_factory=list)
    rows: int = 0

    def look(self, query: str, _round: int = 0) -> float:
        """Ask for a list; return the milliseconds of the whole request."""
        self.watch.reset()
        server = self.watch.server
        before = _of(server)
        answer = self.browser.get(f"/a/{ACCOUNT}/pages/{query}")
        if answer.status != 200:
            raise RuntimeError(f"The portal answered {answer.status}.")
        self.rows = answer.text.count("<time ")
        if server == self.watch.server:  # else the pool gave another connection, and process
            self.cpu.append(answer.cpu + _of(server) - before)
        return answer.wall


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare the sizes, list by list, then the account's list with Flask-AppBuilder's."""
    lines: list[Line] = []
    for kind in kinds:
        with worlds.server(kind) as socket, ExitStack() as stack:
            readers = {}
            postgres.vacuum(socket, *(world for world in ROWS if worlds.url(world, socket)))
            for world in ROWS:
                app = stack.enter_context(portal(world, socket))
                watch = stack.enter_context(watching())
                readers[world] = Reader(signed_in(app, "editor", ACCOUNT), watch)
            for name, query in LISTS.items():
                lines += _sizes(kind, name, query, readers)
            other = stack.enter_context(peer("fab_site", database_of_fab(socket), str(ROWS[LARGE])))
            other.begin()
            postgres.vacuum(socket, LARGE, "fab")
            lines += _beside(kind, readers[LARGE], other)
    return lines


def database_of_fab(socket: Path | None) -> str:
    """Return the URL of Flask-AppBuilder's database, which it fills itself."""
    if socket is None:
        return f"sqlite:///{worlds.VAR / 'fab.sqlite3'}"
    postgres.make_database(socket, "fab")
    return f"postgresql+psycopg2://{postgres.SUPERUSER}@/fab?host={socket}"


def _sizes(kind: str, name: str, query: str, readers: dict[str, Reader]) -> list[Line]:
    spent = alternating(
        {world: partial(reader.look, query) for world, reader in readers.items()}, ROUNDS
    )
    ratio = statistics.median(spent[LARGE]) / statistics.median(spent[SMALL])
    sent = readers[LARGE].watch.all - WHO_ASKS
    return [
        line(f"content-{name}", kind, "10,000 rows", spent[SMALL],
             note=f"{readers[SMALL].rows} shown"),
        line(f"content-{name}", kind, "1,000,000 rows", spent[LARGE], ratio=ratio,
             target=f"<= {SIZE_BAR}x, <= {MOST} statements",
             met=ratio <= SIZE_BAR and sent <= MOST,
             note=f"{sent} statements past the {WHO_ASKS} of who asks"),
    ]  # fmt: skip


def _beside(kind: str, reader: Reader, other: Peer) -> list[Line]:
    reader.cpu.clear()
    told: list[dict[str, float]] = []

    def theirs(_round: int) -> float:
        told.append(other.ask("look"))
        return told[-1]["wall"]

    spent = alternating({"portal": lambda _n: reader.look(""), "peer": theirs}, ROUNDS)
    ours = statistics.median(reader.cpu)
    peers = statistics.median(each["cpu"] for each in told if each["cpu"])
    return [
        line("content-peer", kind, "Flask-AppBuilder", spent["peer"],
             note=f"processor {peers:.1f} ms, {told[-1]['statements']} statements"),
        line("content-peer", kind, "portal", spent["portal"], ratio=ours / peers,
             target="<= 1/3 of the processor", met=ours / peers <= PROCESSOR_BAR,
             note=f"ratio of processor; {ours:.1f} ms, {reader.watch.all} statements in all"),
    ]  # fmt: skip


def _of(server: int | None) -> float:
    return processor(server) if server is not None else 0.0
