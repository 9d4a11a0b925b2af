"""An answer of a site as it is kept: what it was made of, and whether it holds."""

import gzip
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.coded import Coded, Headers, coded
from portal.content.site_changes import Change, SiteCopy

KEPT = {200: "200 OK", 301: "301 MOVED PERMANENTLY"}
"""The statuses of answers that are kept."""
AROUND = 4096
"""Bytes an answer takes up beside its bodies, about."""


@dataclass
class Kept:
    """One answer.

    `line` holds the ids of the account and all above it, the house first; `page_id` the page it is
    of. `begun` is when it was begun, `stale_since` (monotonic seconds) None while it holds; `look`:
    only looks changed.
    """

    place: str
    coded: Coded
    tenant_id: uuid.UUID
    line: tuple[uuid.UUID, ...]
    page_id: uuid.UUID | None
    mark: int
    known: frozenset[int]
    until: int | None
    whole: bool
    begun: float
    stale_since: float | None = None
    look: bool = False
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Count what it takes up, in bytes."""
        self.size = self.coded.size + AROUND

    def holds(self) -> bool:
        """Tell whether it is what readers are to get now."""
        return self.stale_since is None and (self.until is None or time.time() < self.until)

    def is_touched(self, change: Change) -> bool:
        """Tell whether a change, not known when it was made, may be seen in it."""
        known = change.mark < self.mark or change.id in self.known
        return not known and change.touches(self.line, self.page_id)

    def answer(self, environ: Mapping[str, str]) -> tuple[str, Headers, bytes]:
        """Return status, headers and body for a GET or HEAD."""
        return self.coded.answer(environ)


def keep(copy: SiteCopy, begun: float) -> Kept:
    """Return a copy as an answer. Its headers are those of the answer without a coding.

    `begun` is when it was begun, or found to hold (monotonic seconds).
    """
    said = [(name, value) for name, value in copy.headers]
    plain = gzip.decompress(copy.gzip)
    return Kept(
        place=copy.place, coded=coded(KEPT[copy.status], said, plain, copy.gzip, copy.brotli),
        tenant_id=copy.tenant_id, line=tuple(uuid.UUID(each) for each in copy.line),
        page_id=copy.page_id, mark=copy.mark, known=frozenset(copy.known), until=copy.until,
        whole=copy.whole, begun=begun,
    )  # fmt: skip
