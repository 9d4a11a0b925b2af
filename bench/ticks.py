"""A look for what is due when nothing is: with a thousand schedules waiting, and with a million."""

from bench import worlds
from bench.apps import portal
from bench.measure import Line, alternate, line
from portal.content.due import publish_due

ROUNDS, SMALL, LARGE, BAR = 200, "ticks_1k", "ticks_1m", 1.5


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare the two on each database."""
    lines: list[Line] = []
    for kind in kinds:
        found: dict[str, list[float]] = {}
        with worlds.server(kind) as socket:
            for _ in range(3):
                for world in (SMALL, LARGE):
                    with portal(world, socket):
                        spent = alternate({world: lambda _round: publish_due()}, ROUNDS)
                    found.setdefault(world, []).extend(spent[world])
        first = line("due-tick", kind, "1,000 waiting", found[SMALL])
        ratio = line("due-tick", kind, "", found[LARGE]).p50 / first.p50
        lines += [first, line("due-tick", kind, "1,000,000 waiting", found[LARGE], ratio=ratio,
                              target=f"<= {BAR}x", met=ratio <= BAR)]  # fmt: skip
    return lines
