"""Menus of an export: entries in order, each leading to a page here or to a safe address.

An address that begins with `/` is one of this site.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from portal.content.addresses import slug_of
from portal.content.exchange.links import OwnLinks
from portal.content.html_policy import SCHEMES, address
from portal.content.import_links import Links
from portal.content.import_plan import Line, Place, PlannedMenu, Remembered, key_of
from portal.content.import_standing import Standing
from portal.content.import_terms import KINDS, Terms
from portal.content.wordpress.documents import Export, Menu, MenuItem
from tenants.db import new_id

NAME_LENGTH = 200
LABEL_LENGTH = 300
DEEPEST = 10


class Menus:
    """Plans every menu; the first with entries is the primary one where the site has none."""

    def __init__(
        self, export: Export, standing: Standing, places: Mapping[int, Place],
        terms: Terms, links: Links | OwnLinks, *, may_publish: bool,
    ) -> None:  # fmt: skip
        self._standing = standing
        self._places, self._terms, self._links = places, terms, links
        self._old_site = urlsplit(export.base_blog_url or export.link)
        self._slugs = set(standing.menus)
        self._wants_primary = may_publish and not standing.has_primary_menu
        self.planned: list[PlannedMenu] = []
        self.remembered: list[Remembered] = []
        self.lines: list[Line] = []
        for menu in export.menus:
            self._plan(menu)

    def _plan(self, menu: Menu) -> None:
        key = ("menu", key_of(menu.nicename))
        if key in self._standing.items:
            self._say(menu, "Already there, left alone.")
            return
        items = tuple(self._items(menu))
        primary = bool(items) and self._wants_primary
        self._wants_primary = self._wants_primary and not primary
        slug = self._free(slug_of(menu.nicename, slug_of(menu.name)))
        planned = PlannedMenu(new_id(), slug, menu.name[:NAME_LENGTH], primary, items)
        self.planned.append(planned)
        self.remembered.append(Remembered(*key, planned.id))
        use = " It becomes the site's main menu." if primary else ""
        self._say(menu, f"New, with {len(items)} of {len(menu.items)} entries.{use}")

    def _free(self, slug: str) -> str:
        candidate, number = slug, 1
        while candidate in self._slugs:
            number += 1
            candidate = f"{slug}-{number}"
        self._slugs.add(candidate)
        return candidate

    def _items(self, menu: Menu) -> Iterator[dict[str, object]]:
        for entry, depth in _outline(menu):
            target = self._target(entry)
            label = entry.label[:LABEL_LENGTH] or str(target.get("url", ""))
            if not target or not label:
                why = "leads nowhere here" if label else "has no label"
                self._say(menu, f"The entry “{entry.label or entry.url}” {why} and is left out.")
                continue
            yield {"label": label, **target, "depth": min(depth, DEEPEST)}

    def _target(self, entry: MenuItem) -> dict[str, object]:
        if entry.target == "document":
            place = self._places.get(entry.target_id or 0)
            return {"page_id": str(place.id)} if place else {}
        if entry.target == "term":
            kind = KINDS.get(entry.target_type, "")
            listed = self._terms.addresses.get((kind, entry.target_nicename))
            return {"url": listed} if listed else {}
        if entry.target == "archive" and entry.target_type == "post":
            return {"url": "/posts/"}
        place = self._links.place_of(entry.url)
        if place is not None:
            return {"page_id": str(place.id)}
        url = address(self._absolute(entry.url), SCHEMES)
        return {"url": url} if url else {}

    def _absolute(self, url: str) -> str:
        """Return an address of the old site in full: here `/x/` means a page of this site."""
        if not url.startswith("/") or url.startswith("//"):
            return url
        return f"{self._old_site.scheme}://{self._old_site.netloc}{url}"

    def _say(self, menu: Menu, sentence: str) -> None:
        self.lines.append(Line("menus", "menu", menu.name, sentence))


def _outline(menu: Menu) -> Iterator[tuple[MenuItem, int]]:
    """Each entry right after its parent's earlier entries, with its depth from 0."""
    below: dict[int | None, list[MenuItem]] = {}
    for entry in menu.items:
        below.setdefault(entry.parent, []).append(entry)
    waiting = [(entry, 0) for entry in reversed(below.get(None, []))]
    while waiting:
        entry, depth = waiting.pop()
        yield entry, depth
        waiting += [(child, depth + 1) for child in reversed(below.get(entry.source_id, []))]
