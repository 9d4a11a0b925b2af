"""What changed from one sequence to another, in bounded time whatever they hold.

First what is equal at both ends is set apart, then pieces that occur once on each side hold the
rest together (“patience”), and between those the longest common subsequence is found by a table.
Tables are paid for from a budget: where it does not reach, a stretch counts as replaced.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CELLS = 1_500_000
DEPTH = 40


@dataclass(frozen=True)
class Step:
    """`before[a:b]` became `after[c:d]`; with `same` they are equal."""

    same: bool
    a: int
    b: int
    c: int
    d: int


def steps(before: Sequence[str], after: Sequence[str], cells: int = CELLS) -> list[Step]:
    """Return the way from one sequence to the other: equal and changed stretches in turn.

    Every piece of both sequences stands in exactly one step, in order. `cells` bounds the work
    beyond what grows with the length.
    """
    return list(_joined(_Search(before, after, cells).pairs()))


class _Search:
    def __init__(self, before: Sequence[str], after: Sequence[str], cells: int) -> None:
        self.before, self.after, self.cells = before, after, cells

    def pairs(self) -> Iterator[Step]:
        """Yield stretches in order, neighbours perhaps of one kind."""
        waiting = [(0, len(self.before), 0, len(self.after), 0)]
        found: list[Step] = []
        while waiting:
            a, b, c, d, depth = waiting.pop()
            start, end = self._ends(a, b, c, d)
            found.append(Step(True, a, a + start, c, c + start))
            found.append(Step(True, b - end, b, d - end, d))
            a, b, c, d = a + start, b - end, c + start, d - end
            if a == b or c == d:
                found.append(Step(False, a, b, c, d))
                continue
            anchors = self._anchors(a, b, c, d) if depth < DEPTH else []
            if anchors:
                waiting += self._between(anchors, a, b, c, d, depth + 1)
            else:
                found += self._table(a, b, c, d)
        return iter(sorted(found, key=lambda step: (step.a, step.c, step.b, step.d)))

    def _ends(self, a: int, b: int, c: int, d: int) -> tuple[int, int]:
        most, start, end = min(b - a, d - c), 0, 0
        while start < most and self.before[a + start] == self.after[c + start]:
            start += 1
        while end < most - start and self.before[b - 1 - end] == self.after[d - 1 - end]:
            end += 1
        return start, end

    def _anchors(self, a: int, b: int, c: int, d: int) -> list[tuple[int, int]]:
        """Return places of pieces that occur once on each side, in order on both."""
        left, right = Counter(self.before[a:b]), Counter(self.after[c:d])
        place = {piece: j for j, piece in enumerate(self.after[c:d], c) if right[piece] == 1}
        both = [
            (i, place[piece]) for i, piece in enumerate(self.before[a:b], a)
            if left[piece] == 1 and piece in place
        ]  # fmt: skip
        return _rising(both)

    def _between(
        self, anchors: list[tuple[int, int]], a: int, b: int, c: int, d: int, depth: int
    ) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield the stretches from each anchor (included) to the next."""
        starts = [(a, c), *anchors]
        for (i, j), (k, m) in zip(starts, [*anchors, (b, d)], strict=True):
            if i < k or j < m:
                yield i, k, j, m, depth

    def _table(self, a: int, b: int, c: int, d: int) -> Iterator[Step]:
        rows, columns = b - a, d - c
        if rows * columns > self.cells:
            yield Step(False, a, b, c, d)
            return
        self.cells -= rows * columns
        lengths = self._lengths(a, b, c, d)
        i = j = 0
        while i < rows and j < columns:
            if self.before[a + i] == self.after[c + j]:
                yield Step(True, a + i, a + i + 1, c + j, c + j + 1)
                i, j = i + 1, j + 1
            elif lengths[i + 1][j] >= lengths[i][j + 1]:
                yield Step(False, a + i, a + i + 1, c + j, c + j)
                i += 1
            else:
                yield Step(False, a + i, a + i, c + j, c + j + 1)
                j += 1
        yield Step(False, a + i, b, c + j, d)

    def _lengths(self, a: int, b: int, c: int, d: int) -> list[list[int]]:
        """Return, for each place, how long what is common from there on is."""
        table = [[0] * (d - c + 1)]
        after = self.after[c:d]
        for i in range(b - 1, a - 1, -1):
            below, row, piece = table[-1], [0] * (d - c + 1), self.before[i]
            for j in range(d - c - 1, -1, -1):
                row[j] = below[j + 1] + 1 if piece == after[j] else max(below[j], row[j + 1])
            table.append(row)
        return table[::-1]


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest choice of pairs whose second members rise, too."""
    tails: list[int] = []
    at: list[int] = []
    previous: list[int] = []
    for index, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        tails[place : place + 1] = [j]
        at[place : place + 1] = [index]
        previous.append(at[place - 1] if place else -1)
    chosen: list[tuple[int, int]] = []
    index = at[-1] if at else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = previous[index]
    return chosen[::-1]


def _joined(found: Iterator[Step]) -> Iterator[Step]:
    """Yield the steps with neighbours of one kind made one, without empty ones."""
    last: Step | None = None
    for step in found:
        if step.a == step.b and step.c == step.d:
            continue
        if last is not None and last.same == step.same:
            last = Step(last.same, last.a, step.b, last.c, step.d)
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last
