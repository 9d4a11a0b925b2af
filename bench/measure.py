"""Rounds that alternate between designs, and the table they end in."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tenants.clock import now

RESULTS = Path(__file__).resolve().parent / "results"
WORSE = 1.25
"""How much worse than the committed figure a ratio may be without being shouted about."""


@dataclass(frozen=True)
class Line:
    """One row of the table. Times in milliseconds unless its note says what else.

    `ratio` is to the bench's first design or to what its target names; `more`: the more the better.
    """

    bench: str
    database: str
    design: str
    p50: float
    p95: float
    p99: float
    spread: float
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""
    more: bool = False


def alternate(designs: dict[str, Callable[[int], object]], rounds: int) -> dict[str, list[float]]:
    """Run each design once a round, in turn, and return its milliseconds. One round warms up."""
    return alternating({name: _timed(call) for name, call in designs.items()}, rounds)


def alternating(designs: dict[str, Callable[[int], float]], rounds: int) -> dict[str, list[float]]:
    """Do the same with designs that measure themselves."""
    spent: dict[str, list[float]] = {name: [] for name in designs}
    for number in range(-1, rounds):
        for name, call in designs.items():
            milliseconds = call(max(number, 0))
            if number >= 0:
                spent[name].append(milliseconds)
    return spent


def _timed(call: Callable[[int], object]) -> Callable[[int], float]:
    def timed(number: int) -> float:
        started = time.perf_counter()
        call(number)
        return (time.perf_counter() - started) * 1000

    return timed


def p95(values: list[float]) -> float:
    """Return the value that one in twenty is above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def p99(values: list[float]) -> float:
    """Return the value that one in a hundred is above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def processor(server: int | None) -> float:
    """Return the milliseconds PostgreSQL's process has computed so far, or for SQLite our own."""
    if server is None:
        return time.process_time() * 1000
    counted = Path(f"/proc/{server}/schedstat")
    return int(counted.read_text().split()[0]) / 1e6 if counted.exists() else 0.0


def line(bench: str, database: str, design: str, values: list[float], **rest: object) -> Line:
    """Return the table's row for a design's milliseconds; spread is the middle half's width."""
    quarters = statistics.quantiles(values, n=4)
    return Line(
        bench, database, design, statistics.median(values), p95(values), p99(values),
        quarters[2] - quarters[0], **rest,  # type: ignore[arg-type]  # the fields of Line
    )  # fmt: skip


def committed(bench: str) -> list[dict[str, Any]]:
    """Return the lines of a bench as they were committed last, or none."""
    name = f"HEAD:./{bench}.json"
    said = subprocess.run(["git", "show", name], cwd=RESULTS, capture_output=True, check=False)
    return list(json.loads(said.stdout)["lines"]) if said.returncode == 0 else []


def regressions(lines: list[Line], before: Callable[[str], list[dict[str, Any]]]) -> list[str]:
    """Return a sentence for each ratio that is worse by more than a quarter than it was `before`.

    A line is known again by bench, database and design; what is new or had no ratio is passed over.
    """
    known = {
        (row["bench"], row["database"], row["design"]): row["ratio"]
        for bench in sorted({row.bench for row in lines})
        for row in before(bench)
    }
    found = []
    for row in lines:
        was = known.get((row.bench, row.database, row.design))
        if not was or not row.ratio:
            continue
        worse = was / row.ratio if row.more else row.ratio / was
        if worse > WORSE:
            found.append(f"{row.bench}, {row.database}, {row.design}: the ratio was {was:.3g} and "
                         f"is {row.ratio:.3g}, {worse - 1:.0%} worse")  # fmt: skip
    return found


def show(lines: list[Line]) -> None:
    """Print the table, shout about what became worse, and keep it under bench/results."""
    load = os.getloadavg()[0]
    print(f"{'bench':26}{'database':11}{'design':26}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}"
          f"{'spread':>9}{'ratio':>9}  target")  # fmt: skip
    for row in lines:
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        met = {True: "met", False: "MISSED", None: ""}[row.met]
        print(f"{row.bench:26}{row.database:11}{row.design:26}{row.p50:10.4f}{row.p95:10.3f}{row.p99:10.3f}"
              f"{row.spread:9.4f}{ratio:>9}  {row.target} {met} {row.note}")  # fmt: skip
    print(f"load {load:.2f} on {os.cpu_count()} processors")
    for sentence in regressions(lines, committed):
        print(f"!!! WORSE THAN COMMITTED !!! {sentence}")
    RESULTS.mkdir(exist_ok=True)
    for bench in {row.bench for row in lines}:
        kept = {
            "at": now().isoformat(timespec="seconds"), "load": load, "processors": os.cpu_count(),
            "lines": [asdict(row) for row in lines if row.bench == bench],
        }  # fmt: skip
        (RESULTS / f"{bench}.json").write_text(json.dumps(kept, indent=1) + "\n")
