"""Counting what a conversion could not carry over."""

from __future__ import annotations

from collections import Counter

from portal.content.wordpress.documents import Lost


class Losses:
    """Gathers equal losses and gives them in the order they were first seen."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, kind: str, name: str, sentence: str, count: int = 1) -> None:
        """Note a loss. ``sentence`` is whole but for the count, which is put at its end."""
        if count:
            self._counts[kind, name[:80], sentence] += count

    def all(self) -> tuple[Lost, ...]:
        return tuple(
            Lost(kind, name, count, f"{sentence} ({count})")
            for (kind, name, sentence), count in self._counts.items()
        )
