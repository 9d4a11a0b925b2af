"""What processes cost, from /proc: all below a process included, also those that have ended."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def computed(roots: Sequence[int]) -> float:
    """Return the milliseconds of the processor that the trees below `roots` have used so far."""
    times = {pid: used for pid, _parent, used in _all()}
    return sum(times.get(pid, 0) for pid in tree(roots)) * 1000 / TICKS


def tree(roots: Sequence[int]) -> list[int]:
    """Return the processes `roots` and all below them."""
    below = defaultdict(list)
    for pid, parent, _used in _all():
        below[parent].append(pid)
    found = list(roots)
    for pid in found:
        found += below[pid]
    return found


def web_processes(root: int) -> list[int]:
    """Return those of a web server that answer requests: the lowest of its tree."""
    everything = tree([root])
    parents = {parent for pid, parent, _used in _all() if pid in everything}
    return [pid for pid in everything if pid not in parents]


def memory(pid: int) -> float:
    """Return a process's own memory in MB: what only it has, and its part of what it shares."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rollup if row.startswith("Pss:")) / 1024


def _all() -> Iterator[tuple[int, int, int]]:
    """Give each process's id, its parent's, and the ticks it and its ended children have used."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            rest = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(folder.name), int(rest[1]), sum(map(int, rest[11:15]))
