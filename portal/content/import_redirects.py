"""Old addresses of imported pages: which lead on, which cannot and why."""

import re
import unicodedata
import uuid
from collections.abc import Iterable

from portal.content.addresses import ADDRESS_BYTES, is_kept
from portal.content.import_plan import Line, PlannedPage
from portal.content.import_standing import Standing
from portal.content.wordpress.names import decoded

SHOWN = 100
LONGEST = 300
_CONTROL = re.compile("[\x00-\x1f\x7f]")


class Redirects:
    """Plans a redirect for each old path that is free. `found` leads from address to page id."""

    def __init__(
        self, pages: Iterable[PlannedPage], standing: Standing, *, may_publish: bool
    ) -> None:
        pages = list(pages)
        self._may_publish = may_publish
        self._taken = standing.addresses | {page.address for page in pages}
        self._known = standing.redirects
        self._queries: list[str] = []
        self.found: dict[str, uuid.UUID] = {}
        self.lines: list[Line] = []
        for page in pages:
            for path in page.document.old_paths:
                self._plan(page, path)
        self._tell_queries()

    def _plan(self, page: PlannedPage, path: str) -> None:
        if "?" in path:
            self._queries.append(path)
            return
        old = _normal(decoded(path))
        if old == page.address:
            return
        why = self._why_not(old)
        if why:
            shown = old if len(old) <= LONGEST else old[:LONGEST] + "…"
            self._say(page, f"The old address {shown} {why} and is not carried.")
            return
        self.found[old] = page.id
        self._say(page, f"The old address {old} leads to {page.address}.")

    def _why_not(self, old: str) -> str:
        if why := _unfit(old):
            return why
        if old in self._taken:
            return "is another page's own here"
        if old in self._known or old in self.found:
            return "leads to another page already"
        if not self._may_publish:
            return "would lead readers on, which takes the right to publish,"
        return ""

    def _tell_queries(self) -> None:
        if not self._queries:
            return
        count = len(self._queries)
        shown = ", ".join(self._queries[:SHOWN])
        more = f" and {count - SHOWN} more" if count > SHOWN else ""
        sentence = (
            f"{count} short addresses are not carried, since an address here has no “?”: "
            f"{shown}{more}."
        )
        self.lines.append(Line("addresses", "short address", "Short addresses", sentence))

    def _say(self, page: PlannedPage, sentence: str) -> None:
        self.lines.append(Line("addresses", page.document.kind, page.text.title, sentence))


def _unfit(old: str) -> str:
    """Return why nothing can lead on from an address, on whatever site, or nothing."""
    if len(old.encode()) > ADDRESS_BYTES:
        return "is too long"
    if {".", ".."} & set(old.split("/")):
        return "has a part that browsers take away"
    if _CONTROL.search(old):
        return "has a character that no address has"
    return "is used by the site itself" if is_kept(old) else ""


def _normal(path: str) -> str:
    """Return a path in the spelling the site looks addresses up by: `/about/` for `/About`."""
    folded = unicodedata.normalize("NFKC", path).casefold()
    return "".join(f"/{part}" for part in folded.split("/") if part) + "/"
