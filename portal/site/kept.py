"""An answer of a site as bytes: made once, encoded once, sent as often as it is asked for."""

import gzip
import hashlib
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import brotli

from portal.content.site_changes import Change, SiteCopy

GZIP_LEVEL = 6
BROTLI_QUALITY = 5
"""The best of what takes less time than the page itself took."""
WORTH_PACKING = 256
_NEVER = re.compile(r"q=0(\.0{0,3})?")
SUFFIX = {"br": "-br", "gzip": "-gz", "": ""}
Headers = list[tuple[str, str]]
KEPT = {200: "200 OK", 301: "301 MOVED PERMANENTLY"}
"""The statuses of answers that are kept."""


@dataclass
class Kept:
    """One answer. `bodies` and `headers` are by content coding, empty for none.

    `line` holds the ids of the account and all above it, the house first; `page_id` the page it is
    of. `stale_since` (monotonic seconds) is None while it holds; `look`: only looks changed.
    """

    place: str
    status: str
    etag: str
    tenant_id: uuid.UUID
    line: tuple[uuid.UUID, ...]
    page_id: uuid.UUID | None
    mark: int
    known: frozenset[int]
    until: int | None
    whole: bool
    bodies: dict[str, bytes]
    headers: dict[str, Headers]
    unchanged: dict[str, Headers]
    begun: float
    stale_since: float | None = None
    look: bool = False
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Count what it takes up, in bytes."""
        self.size = sum(map(len, self.bodies.values())) + 4096

    def holds(self) -> bool:
        """Tell whether it is what readers are to get now."""
        return self.stale_since is None and (self.until is None or time.time() < self.until)

    def is_touched(self, change: Change) -> bool:
        """Tell whether a change, not known when it was made, may be seen in it."""
        known = change.mark < self.mark or change.id in self.known
        return not known and change.touches(self.line, self.page_id)

    def answer(self, environ: Mapping[str, str]) -> tuple[str, Headers, bytes]:
        """Return status, headers and body for a GET or HEAD (RFC 9110, 13.1.2 and 12.5.3)."""
        coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and self.status[:3] == "200" and is_among(self.etag, asked):
            return "304 NOT MODIFIED", self.unchanged[coding], b""
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else self.bodies[coding]
        return self.status, self.headers[coding], body


@lru_cache(512)
def coding_for(accepted: str) -> str:
    """Return the content coding for an Accept-Encoding: `br`, `gzip` or none."""
    weights: dict[str, bool] = {}
    for each in accepted.lower().split(","):
        name, _, parameters = each.partition(";")
        weights[name.strip()] = not _NEVER.fullmatch("".join(parameters.split()))
    return next((coding for coding in ("br", "gzip") if weights.get(coding)), "")


def is_among(etag: str, asked: str) -> bool:
    """Tell whether If-None-Match names the answer in any of its codings, or `*`."""
    if asked.strip() == "*":
        return True
    tags = (each.strip().removeprefix("W/").strip('"') for each in asked.split(","))
    return any(tag in {etag, f"{etag}-br", f"{etag}-gz"} for tag in tags)


def keep(copy: SiteCopy, begun: float) -> Kept:
    """Return a copy as an answer. Its headers are those of the answer without a coding.

    `begun` is when it was begun, or found to hold (monotonic seconds).
    """
    plain = gzip.decompress(copy.gzip)
    bodies = {"": plain, "gzip": copy.gzip, "br": copy.brotli}
    if len(plain) < WORTH_PACKING:
        bodies = dict.fromkeys(bodies, plain)
    etag = hashlib.sha256(plain).hexdigest()[:32]
    made_here = {"etag", "content-length"}
    steady = [(name, value) for name, value in copy.headers if name.lower() not in made_here]
    headers = {c: _headers(steady, etag, c, body, plain) for c, body in bodies.items()}
    return Kept(
        place=copy.place, status=KEPT[copy.status], etag=etag, tenant_id=copy.tenant_id,
        line=tuple(uuid.UUID(each) for each in copy.line), page_id=copy.page_id, mark=copy.mark,
        known=frozenset(copy.known), until=copy.until, whole=copy.whole, bodies=bodies, begun=begun,
        headers=headers, unchanged={c: _without_body(each) for c, each in headers.items()},
    )  # fmt: skip


def _headers(steady: Headers, etag: str, coding: str, body: bytes, plain: bytes) -> Headers:
    packed = body is not plain
    found = [*steady, ("ETag", f'"{etag}{SUFFIX[coding] if packed else ""}"')]
    if packed:
        found.append(("Content-Encoding", coding))
    return [*found, ("Content-Length", str(len(body)))]


def _without_body(headers: Headers) -> Headers:
    dropped = {"content-length", "content-encoding", "content-type"}
    return [each for each in headers if each[0].lower() not in dropped]


def packed(body: bytes) -> tuple[bytes, bytes]:
    """Return a body as gzip and as brotli (RFC 1952, RFC 7932)."""
    return (
        gzip.compress(body, GZIP_LEVEL, mtime=0),
        brotli.compress(body, quality=BROTLI_QUALITY),
    )
