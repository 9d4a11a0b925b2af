"""Who saw what when: asks the public site for pages all the time and notes every change."""

from __future__ import annotations

import http.client
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

PAUSE = 0.02
TIMEOUT = 5.0


@dataclass(frozen=True)
class Seen:
    """What one GET told: asked and answered when, with which status and which text."""

    asked_at: datetime
    told_at: datetime
    status: int
    text: str


class Recorder:
    """Watches paths from a thread of its own. Only changes are kept, not each answer."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._watched: dict[str, None] = {}
        self._ended = threading.Event()
        self.history: dict[str, list[Seen]] = defaultdict(list)
        self.slowest = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def watch(self, paths: Iterable[str]) -> None:
        self._watched.update(dict.fromkeys(paths))

    def end(self) -> None:
        self._ended.set()
        self._thread.join(TIMEOUT * 2)

    def get(self, path: str) -> Seen:
        """Ask once, now. A server that cannot be reached is status 0."""
        asked = datetime.now(UTC)
        line = http.client.HTTPConnection(self._host, timeout=TIMEOUT)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            return Seen(asked, datetime.now(UTC), answer.status, answer.read().decode())
        except (OSError, http.client.HTTPException):
            return Seen(asked, datetime.now(UTC), 0, "")
        finally:
            line.close()

    def first(self, path: str, words: str) -> Seen | None:
        """The first answer that told these words."""
        return next((seen for seen in self.history[path] if words in seen.text), None)

    def _watch(self) -> None:
        while not self._ended.is_set():
            for path in list(self._watched):
                seen = self.get(path)
                self.slowest = max(self.slowest, (seen.told_at - seen.asked_at).total_seconds())
                self._note(path, seen)
                if self._ended.is_set():
                    return
            time.sleep(PAUSE)

    def _note(self, path: str, seen: Seen) -> None:
        known = self.history[path]
        if seen.status in (200, 404, 410) and (
            not known or (known[-1].status, known[-1].text) != (seen.status, seen.text)
        ):
            known.append(seen)
