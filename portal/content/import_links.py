"""Links of an old site to its own pages, led to where the pages are now."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

from portal.content.clean_html import Cleaned, proven
from portal.content.html_writer import escape
from portal.content.import_plan import Place
from portal.content.wordpress.documents import Attachment, Document, Export
from portal.content.wordpress.names import decoded, path_of

_LINK = re.compile(r'(<a(?: [a-z]+="[^"<>]*")*? href=")([^"<>]*)(")')
_SHOWN = re.compile(r'<(?:a|img)(?: [a-z]+="[^"<>]*")*? (?:href|src)="([^"<>]*)"')
_SIZE = re.compile(r"-[0-9]{1,5}x[0-9]{1,5}(?=\.[A-Za-z0-9]{2,5}$)")


class Links:
    """Knows the addresses of the export's documents, old and new. `changed` counts links.

    A link to a page becomes one that stays right when the page moves; one into a page, behind `#`,
    leads to the address the page has now.
    """

    def __init__(self, export: Export, places: Mapping[int, Place], handle: str) -> None:
        self._site = f"/s/{handle}"
        self._hosts = {
            host
            for link in (export.base_blog_url, export.link, *(d.link for d in export.documents))
            if (host := _host(link))
        }
        self._homes = {_plain(path_of(link)) for link in (export.base_blog_url, export.link)}
        self._by_id = places
        self._by_path = {
            _plain(path): places[document.source_id]
            for document in reversed(export.documents)
            for path in document.old_paths
            if "?" not in path and document.source_id in places
        }
        self.changed = 0

    def body(self, document: Document) -> Cleaned:
        """Return the document's body with its links led to this site."""
        return proven(_LINK.sub(self._replace, document.body.html))

    def fields(self, document: Document) -> Mapping[str, object]:
        """Return the document's further values as they are."""
        return document.fields

    def why_not_live(self, body: Cleaned, fields: Mapping[str, object]) -> str:  # noqa: ARG002 - asked of every kind of link
        """Return nothing: what was live at another site may be live here."""
        return ""

    def place_of(self, address: str) -> Place | None:
        """Return the document that an address of the old site means, if it is one's."""
        return self._find(parts) if (parts := _split(address)) else None

    def _replace(self, found: re.Match[str]) -> str:
        parts = _split(unescape(found[2]))
        place = self._find(parts) if parts else None
        if parts is None or place is None:
            return found[0]
        self.changed += 1
        if not parts.fragment:
            return f"{found[1]}page:{place.id}{found[3]}"
        address = f"{self._site}{quote(place.address)}#{parts.fragment}"
        return f"{found[1]}{escape(address)}{found[3]}"

    def _find(self, parts: SplitResult) -> Place | None:
        if parts.scheme not in {"", "http", "https"}:
            return None
        if parts.netloc:
            if (parts.hostname or "") not in self._hosts:
                return None
        elif not parts.path.startswith("/"):
            return None
        path = _plain(parts.path)
        if parts.query and (path in self._homes or path == ""):
            return self._by_query(parts.query)
        return self._by_path.get(path)

    def _by_query(self, query: str) -> Place | None:
        try:
            values = parse_qs(query, max_num_fields=20)
        except ValueError:
            return None
        for name in ("p", "page_id"):
            text = values.get(name, [""])[0]
            if re.fullmatch(r"[0-9]{1,19}", text, re.ASCII):
                return self._by_id.get(int(text))
        return None


def uses_of(files: tuple[Attachment, ...], documents: tuple[Document, ...]) -> dict[int, int]:
    """Return in how many texts each file is shown or linked, any size of a picture included."""
    by_url = {_file(file.url): file.source_id for file in reversed(files)}
    uses = dict.fromkeys((file.source_id for file in files), 0)
    for document in documents:
        shown = {_file(unescape(url)) for url in _SHOWN.findall(document.body.html)}
        found = {by_url.get(url) or by_url.get(_SIZE.sub("", url)) for url in shown}
        for source_id in found - {None}:
            uses[source_id] += 1  # type: ignore[index]  # None is taken out
    return uses


def _file(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0].partition("://")[2]


def _host(link: str) -> str:
    parts = _split(link)
    return (parts.hostname or "") if parts else ""


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _plain(path: str) -> str:
    return decoded(path).rstrip("/")
