"""Which address each document of an export gets here, parents first, and why it differs."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.content.addresses import (
    ADDRESS_BYTES,
    DEPTH_LIMIT,
    RESERVED,
    SLUG_LENGTH,
    slug_of,
)
from portal.content.import_plan import Place
from portal.content.import_standing import Existing, Standing
from portal.content.wordpress.documents import Document
from tenants.db import new_id


@dataclass(frozen=True, slots=True)
class Placing:
    """A new document's place, its slug, the parent it stands below, and remarks for people."""

    place: Place
    slug: str
    parent: Place | None
    remarks: tuple[str, ...]


class Places:
    """Hands out addresses that no live page, no old address and no other document has."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._taken = set(standing.addresses | standing.redirects)
        self._next: dict[str, int] = {}
        self.of: dict[int, Place] = {}

    def keep(self, document: Document) -> bool:
        """Note where an earlier import put the document. False when none did."""
        if (document.kind, document.known_as) not in self._standing.items:
            return False
        existing = self._standing.page_of(document.kind, document.known_as)
        if existing is not None:
            self.of[document.source_id] = Place(existing.id, self._address(existing))
        return True

    def give(self, document: Document) -> Placing:
        """Choose the address of a new document; its parent must have its place already."""
        slug = settled_slug(document)
        parent, remarks = self._parent(document, slug)
        base = "/posts/" if document.kind == "post" else parent.address if parent else "/"
        free = self._free(base, slug)
        if free != slug:
            remarks.append(f"The address {base}{slug}/ is in use, so it gets {base}{free}/.")
        place = Place(new_id(), f"{base}{free}/")
        self._taken.add(place.address)
        self.of[document.source_id] = place
        return Placing(place, free, parent, tuple(remarks))

    def _parent(self, document: Document, slug: str) -> tuple[Place | None, list[str]]:
        if document.kind != "page" or document.parent is None:
            return None, []
        parent = self.of.get(document.parent)
        if parent is None or parent.address.startswith("/posts/"):
            return None, ["Its parent is not here, so it stands on the top level."]
        address = f"{parent.address}{slug}-9999/"
        if address.count("/") > DEPTH_LIMIT or len(address.encode()) > ADDRESS_BYTES:
            why = "It stands too deep, or its address is too long; it comes to the top level."
            return None, [why]
        return parent, []

    def _free(self, base: str, slug: str) -> str:
        candidate = slug
        while f"{base}{candidate}/" in self._taken or (base == "/" and candidate in RESERVED):
            number = self._next.get(base + slug, 2)
            self._next[base + slug] = number + 1
            ending = f"-{number}"
            candidate = slug[: SLUG_LENGTH - len(ending)].rstrip("-") + ending
        return candidate

    def _address(self, page: Existing) -> str:
        slugs: list[str] = []
        seen = set()
        above: Existing | None = page
        while above is not None and above.id not in seen:
            seen.add(above.id)
            if above.address is not None:
                return above.address + "".join(f"{slug}/" for slug in reversed(slugs))
            slugs.append(above.slug)
            above = self._standing.pages.get(above.parent_id) if above.parent_id else None
        base = "/posts/" if page.type == "post" else "/"
        return base + "".join(f"{slug}/" for slug in reversed(slugs))


def settled_slug(document: Document) -> str:
    """Return the document's slug in the form that saving leaves as it is."""
    slug = slug_of(document.slug, f"{document.kind}-{document.source_id}")
    return next((s for s in _settling(slug) if slug_of(s) == s), f"item-{document.source_id}")


def _settling(slug: str) -> Iterable[str]:
    for _ in range(4):
        yield slug
        slug = slug_of(slug)


def parents_first(documents: Iterable[Document]) -> list[Document]:
    """Return the documents in the order of the file, but each after its parent."""
    by_id = {document.source_id: document for document in documents}
    ordered: dict[int, Document] = {}
    for document in by_id.values():
        line = []
        above: Document | None = document
        while above is not None and above.source_id not in ordered:
            line.append(above)
            above = by_id.get(above.parent) if above.parent else None
        ordered.update((each.source_id, each) for each in reversed(line))
    return list(ordered.values())
