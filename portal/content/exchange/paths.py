"""Where pages and files stand in a ZIP: names that every disk takes, each only once."""

from __future__ import annotations

import posixpath
import unicodedata
import uuid
from collections.abc import Iterable
from urllib.parse import quote

from portal.content.addresses import slug_of
from portal.content.exchange.gathering import FileRow, Stub
from portal.content.media_types import TYPES

NAME_BYTES, DEEPEST = 100, 5
_KEPT_BY_WINDOWS = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}
)


def page_paths(stubs: Iterable[Stub]) -> dict[str, str]:
    """Return the path of each page by its id: below its parent, as at its address."""
    known = {stub.id: stub for stub in stubs}
    taken: set[str] = set()
    found: dict[str, str] = {}
    for stub in known.values():
        folder = "posts" if stub.type == "post" else "/".join(["pages", *_above(stub, known)])
        found[str(stub.id)] = _free(folder, _name(stub.slug), ".md", taken)
    return found


def file_paths(files: Iterable[FileRow]) -> dict[str, str]:
    """Return the path of each file of the library by its id."""
    taken: set[str] = set()
    return {
        str(file.media.id): _free(
            "media", _name(slug_of(file.media.name, "file")), f".{TYPES[file.version.mime][0]}",
            taken,
        )
        for file in files
    }  # fmt: skip


def relative(path: str, target: str) -> str:
    """Return the address that leads from one path in the ZIP to another."""
    return quote(posixpath.relpath(target, posixpath.dirname(path)))


def _above(stub: Stub, known: dict[uuid.UUID, Stub]) -> list[str]:
    names: list[str] = []
    seen = {stub.id}
    above = known.get(stub.parent_id) if stub.parent_id else None
    while above is not None and above.id not in seen:
        seen.add(above.id)
        names.insert(0, _name(above.slug))
        above = known.get(above.parent_id) if above.parent_id else None
    return names if len(names) <= DEEPEST else []


def _name(slug: str) -> str:
    cut = unicodedata.normalize("NFC", slug).encode()[:NAME_BYTES].decode("utf-8", "ignore")
    name = "".join(c for c in cut if c.isprintable() and c not in '<>:"/\\|?*').strip(" .-")
    return f"{name}-" if name.casefold() in _KEPT_BY_WINDOWS else name or "page"


def _free(folder: str, name: str, ending: str, taken: set[str]) -> str:
    path, number = f"{folder}/{name}{ending}", 1
    while path.casefold() in taken:
        number += 1
        path = f"{folder}/{name}-{number}{ending}"
    taken.add(path.casefold())
    return path
