"""The answers one process has at hand, the least asked for leaving first, and what touches them."""

import threading
import time
import uuid
from collections import OrderedDict, defaultdict, deque

from portal.content.site_changes import Change
from portal.site.kept import Kept

REMEMBERED = 60.0
"""Seconds a change is kept in mind for answers that were being made while it was heard of."""


class Memory:
    """Answers by place, together at most so many bytes. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._places: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
        self._heard: deque[tuple[float, Change]] = deque()
        self._lock = threading.Lock()

    def get(self, place: str) -> Kept | None:
        """Return what is kept for a place, holding or not."""
        found = self._kept.get(place)
        if found is not None:
            try:
                self._kept.move_to_end(place)
            except KeyError:  # another thread has just let go of it
                return found
        return found

    def put(self, kept: Kept) -> None:
        """Keep an answer, stale at once when something was heard of while it was being made."""
        with self._lock:
            for heard_at, change in reversed(self._heard):
                if heard_at < kept.begun:
                    break
                if kept.is_touched(change):
                    _age(kept, change, kept.begun)
            self._drop(kept.place)
            self._kept[kept.place] = kept
            self.size += kept.size
            for account_id in kept.line:
                self._places[account_id].add(kept.place)
            while self.size > self.most and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def drop(self, place: str) -> None:
        """Let go of what is kept for a place."""
        with self._lock:
            self._drop(place)

    def hear(self, change: Change, since: float) -> None:
        """Mark as stale whatever a change may be seen in; it happened after `since` (monotonic)."""
        with self._lock:
            now = time.monotonic()
            self._heard.append((now, change))
            while self._heard[0][0] < now - REMEMBERED:
                self._heard.popleft()
            for place in self._places.get(change.account_id, ()):
                kept = self._kept[place]
                if kept.is_touched(change):
                    _age(kept, change, since)

    def forget(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()
            self._places.clear()
            self._heard.clear()
            self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, place: str) -> None:
        gone = self._kept.pop(place, None)
        if gone is None:
            return
        self.size -= gone.size
        for account_id in gone.line:
            places = self._places[account_id]
            places.discard(place)
            if not places:
                del self._places[account_id]


def _age(kept: Kept, change: Change, since: float) -> None:
    """Say since when it does not hold; that it is only of looks as long as all changes are."""
    kept.look = change.look and (kept.stale_since is None or kept.look)
    if kept.stale_since is None:
        kept.stale_since = since
