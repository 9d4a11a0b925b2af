"""Links of a bundle's pages to each other and to its files, led to what those become here."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Mapping
from typing import Any

from portal.content.clean_html import Cleaned, proven
from portal.content.exchange.reading import resolved
from portal.content.exchange.shelf import Shelf
from portal.content.html_writer import escape
from portal.content.import_plan import Place
from portal.content.media_problems import unsaid_pictures
from portal.content.media_uses import ADDRESS, address_of, named_in
from portal.content.wordpress.documents import Document, Export

_ADDRESS = re.compile(r'( (?:href|src)=")([^"<>]*)(")')
_PAGE = re.compile(r"page:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class OwnLinks:
    """Knows each page by its path in the ZIP and by the id it had. `changed` counts links."""

    def __init__(
        self, export: Export, places: Mapping[int, Place], shelf: Shelf, handle: str
    ) -> None:
        self._handle, self._shelf = handle, shelf
        self._files = {str(value): value for value in shelf.of.values()}
        placed = [(d, places[d.source_id]) for d in export.documents if d.source_id in places]
        self._by_path = {document.path: place.id for document, place in placed
                         if document.path.endswith((".md", ".markdown"))}  # fmt: skip
        self._by_key = {document.key: place.id for document, place in placed}
        self.changed = 0

    def body(self, document: Document) -> Cleaned:
        """Return the document's body with its links led to what they mean here."""

        def replace(found: re.Match[str]) -> str:
            value = html.unescape(found[2])
            led = self._led(document.path, value)
            self.changed += led != value
            return f"{found[1]}{escape(led)}{found[3]}"

        return proven(_ADDRESS.sub(replace, document.body.html))

    def fields(self, document: Document) -> dict[str, Any]:
        """Return the document's further values with the ids of pages and files that are here."""
        return {name: self._value(value) for name, value in document.fields.items()}

    def place_of(self, address: str) -> Place | None:  # noqa: ARG002 - a bundle has no menus
        """Return nothing: no address of another site is known."""
        return None

    def why_not_live(self, body: Cleaned, fields: Mapping[str, Any]) -> str:
        """Return why readers may not get a text as it is, or an empty sentence."""
        strange = {str(each) for each in named_in(body.html, fields)} - self._files.keys()
        if strange:
            return "It names files that are not in what was handed in; it comes as a draft."
        if unsaid_pictures(body.html, self._shelf.decorative):
            return "A picture in it has no alternative text; it comes as a draft."
        return ""

    def _led(self, path: str, value: str) -> str:
        if value.startswith("page:"):
            page_id = self._by_key.get(value[5:])
            return f"page:{page_id}" if page_id else value
        if (file := ADDRESS.search(value)) is not None:
            return self._file(file[2]) or value
        beside = resolved(path, value) if path else ""
        if beside in self._by_path:
            return f"page:{self._by_path[beside]}"
        return (self._file(beside) if beside else "") or value

    def _file(self, name: str) -> str:
        media_id = self._shelf.of.get(name)
        return address_of(self._handle, media_id) if media_id else ""

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._value(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._value(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, value: str) -> str:
        if len(value) == len(str(uuid.UUID(int=0))) and (known := self._id(value)):
            return str(known)
        value = ADDRESS.sub(lambda found: self._file(found[2]) or found[0], value)
        return _PAGE.sub(lambda found: f"page:{self._by_key.get(found[1], found[1])}", value)

    def _id(self, text: str) -> uuid.UUID | None:
        return self._by_key.get(text) or self._shelf.of.get(text)
