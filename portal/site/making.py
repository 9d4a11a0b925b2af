"""Making an answer: by one thread of one process, while the others give the old bytes or wait."""

import math
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wsgi import ClosingIterator

from portal.coded import Headers, packed
from portal.content.site_changes import SiteCopy, Standing, keep_copy, standing_of
from portal.site.beside import Beside
from portal.site.kept import KEPT, Kept, keep
from portal.site.memory import Memory
from portal.site.notes import NOTES, Notes
from portal.site.turns import LONGEST, Turns
from tenants.db import new_id
from tenants.replicas import FOR_READERS, nearby

OLD_AFTER_WORDS = 0.7
OLD_AFTER_LOOKS = 60.0
"""Seconds for which old bytes are given while others make the new ones."""
AGAIN = 0.02
"""Seconds between looks whether another process has made it."""
_ASKED_FOR = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_RANGE",
              "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_COOKIE")  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """An answer for this request alone, as the application gave it."""

    status: str
    headers: Headers
    body: bytes

    def answer(self, environ: Mapping[str, Any]) -> tuple[str, Headers, bytes]:
        """Return status, headers and body for a GET or HEAD."""
        return self.status, self.headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else self.body


class Maker:
    """Has the application make answers, and keeps those that may be kept."""

    def __init__(self, app: Flask, inner: Any, memory: Memory, grace: float) -> None:
        """`grace` is for how many seconds nobody waits for what has just changed."""
        self._app, self._inner, self._memory, self._grace = app, inner, memory, grace
        self._turns = Turns(app)
        self._beside = Beside()

    def renew(self, place: str, old: Kept | None, environ: dict[str, Any]) -> Kept | Plain:
        """Return what holds at a place now, or, while that is made, for a moment what held."""
        spare = old if old is not None and _may_be_old(old) else None
        if spare is not None and (_age(spare) < self._grace or (spare.look and self._beside.busy)):
            asked = dict(environ)
            self._beside.do(place, lambda: self._now(place, old, None, asked))
            return spare
        return self._now(place, old, spare, environ)

    def _now(
        self, place: str, old: Kept | None, spare: Kept | None, environ: dict[str, Any]
    ) -> Kept | Plain:
        with self._turns.take(place) as other:
            if other is None:
                return self._find(place, old, spare, environ)
        if spare is not None:
            return spare
        other.wait(LONGEST)
        kept = self._memory.get(place)
        return kept if kept and kept.holds() else self._find(place, old, None, environ)

    def _find(
        self, place: str, old: Kept | None, spare: Kept | None, environ: dict[str, Any]
    ) -> Kept | Plain:
        """Return another process's copy, or make one when it is this one's turn among all."""
        started = time.monotonic()
        while True:
            late = time.monotonic() - started > LONGEST
            with self._app.app_context(), nearby(FOR_READERS):
                found = self._try(place, old, environ, late) or spare
            if found is not None:
                return found
            time.sleep(AGAIN)

    def _try(
        self, place: str, old: Kept | None, environ: dict[str, Any], late: bool
    ) -> Kept | Plain | None:
        """Return what holds, unless it is another process's turn and not too late to wait.

        How things stand and what the answer is made of are read from the same server, which
        knows all that was known `FOR_READERS` seconds ago.
        """
        begun = time.monotonic() - FOR_READERS
        try:
            standing = standing_of(place)
        except SQLAlchemyError:
            return old or self._ask(environ, Notes())
        if standing.copy is not None:
            return self._take(keep(standing.copy, begun))
        with self._turns.across(place) as mine:
            return self._make(place, old, standing, begun, environ) if mine or late else None

    def _take(self, kept: Kept) -> Kept:
        self._memory.put(kept)
        return kept

    def _make(
        self, place: str, old: Kept | None, standing: Standing, begun: float,
        environ: dict[str, Any],
    ) -> Kept | Plain:  # fmt: skip
        notes = Notes()
        plain = self._ask(environ, notes)
        if notes.away and old is not None:
            return old
        if not notes.kept or notes.tenant_id is None or int(plain.status[:3]) not in KEPT:
            self._memory.drop(place)
            return plain
        copy = _copy(place, standing, notes, plain)
        kept = self._take(keep(copy, begun))
        with self._app.app_context():
            keep_copy(copy)
        return kept

    def _ask(self, environ: dict[str, Any], notes: Notes) -> Plain:
        """Have the application answer in full, whatever of it this reader asked for."""
        asked = {name: value for name, value in environ.items() if name not in _ASKED_FOR}
        asked |= {"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), NOTES: notes}
        told: list[Any] = []

        def start(status: str, headers: Headers, _error: Any = None) -> None:
            told[:] = status, headers

        with closing(ClosingIterator(self._inner(asked, start))) as parts:
            body = b"".join(parts)
        status, headers = told
        return Plain(status, list(headers), body)


def _may_be_old(old: Kept) -> bool:
    return _age(old) < (OLD_AFTER_LOOKS if old.look else OLD_AFTER_WORDS)


def _age(old: Kept) -> float:
    """Return for how many seconds at most it has not held; for ever when its time ran out."""
    return time.monotonic() - old.stale_since if old.stale_since is not None else math.inf


def _copy(place: str, standing: Standing, notes: Notes, plain: Plain) -> SiteCopy:
    zipped, brotlied = packed(plain.body)
    return SiteCopy(
        id=new_id(), tenant_id=notes.tenant_id, account_id=notes.line[-1], place=place,
        page_id=notes.page_id, line=[str(each) for each in notes.line],
        status=int(plain.status[:3]), headers=[list(each) for each in plain.headers],
        gzip=zipped, brotli=brotlied,
        mark=standing.mark, known=sorted(standing.known), whole=notes.whole,
        until=round(time.time() + notes.seconds),
    )  # fmt: skip
