"""Whatever is handed in → what it holds. The type is told from the bytes, never from the name."""

from __future__ import annotations

import html
import json
import posixpath
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from portal.content.exchange.archives import Archive
from portal.content.exchange.model import (
    Bundle,
    Format,
    HandedFile,
    Item,
    LeftOut,
    Unfit,
    Unreadable,
)
from portal.content.exchange.pages_text import FILE_BYTES, item_from_markdown
from portal.content.exchange.tables import read_table

MANIFEST = "export.json"
MANIFEST_BYTES, TABLE_BYTES, TEXT_BYTES = 10_000_000, 100_000_000, 100_000_000
_TEXTS = (".md", ".markdown")
_LINK = re.compile(r"""(?:src|href)=(?:"([^"<>]+)"|'([^'<>]+)')""")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def format_of(data: bytes) -> Format:
    """Return what a file is, by its bytes. Raises Unreadable for what is none of the formats."""
    start = data[:4096]
    if start.startswith(_ZIP):
        return "markdown"
    plain = start.replace(b"\x00", b"") if start.startswith(_MARKS[1:]) else start
    for mark in _MARKS:
        plain = plain.removeprefix(mark)
    if plain.lstrip().startswith(b"<"):
        return "wordpress"
    if not plain.strip():
        raise Unreadable("The file is empty.")
    if plain.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z", b"\x1f\x8b")
    ):
        raise Unreadable(
            "This is none of the files that can be imported: a WordPress export (.xml), "
            "Markdown files in a ZIP, or a table (.csv)."
        )
    return "csv"


def read_bundle(data: bytes) -> Bundle:
    """Return what a ZIP of Markdown files, or a table, holds. Raises Unreadable."""
    if format_of(data) == "csv":
        items, left, unknown = read_table(data)
        return _bundle("csv", "CSV", items, [*left, *_unknown(unknown)], (), {})
    archive = Archive(data)
    manifest, root = _manifest(archive)
    described = tuple(_described(manifest, root, archive))
    texts = [path for path in archive if path.lower().endswith(_TEXTS)]
    tables = [path for path in archive if path.lower().endswith(".csv") and "media/" not in path]
    if texts:
        items, left = _texts(archive, texts)
        found: Format = "markdown"
    elif len(tables) == 1:
        items, left, unknown = read_table(archive.read(tables[0], TABLE_BYTES), tables[0])
        left += _unknown(unknown)
        found = "csv"
    else:
        raise Unreadable(_nothing(archive, tables))
    files = (*described, *_referred(archive, items, {each.path for each in described}))
    name = {"markdown": "Markdown files", "csv": "CSV"}[found]
    return _bundle(found, name, items, left, files, manifest)


def resolved(path: str, address: str) -> str:
    """Return the path in the ZIP that a relative address in a text means, or an empty string."""
    plain = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
    if not plain or "\x00" in plain or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", plain):
        return ""
    folder = "" if plain.startswith("/") else posixpath.dirname(path)
    found = posixpath.normpath(posixpath.join(folder, plain.lstrip("/")))
    return "" if found.startswith("..") else found


def _nothing(archive: Archive, tables: list[str]) -> str:
    if len(tables) > 1:
        return (
            f"The ZIP holds {len(tables)} tables (.csv), and one is read. Import each on its own."
        )
    if any(path.lower().endswith(".xml") for path in archive):
        return "The ZIP holds an .xml file. Unpack it and import the .xml file of WordPress itself."
    return "The ZIP holds no Markdown files (.md) and no table (.csv)."


def _bundle(
    found: Format, name: str, items: list[Item], left: list[LeftOut],
    files: tuple[HandedFile, ...], manifest: Mapping[str, Any],
) -> Bundle:  # fmt: skip
    account = manifest.get("account")
    account = account if isinstance(account, Mapping) else {}
    account_id = _uuid(account.get("id"))
    source = f"portal:{account_id}" if account_id else name
    label = _line(account, "name")[:100] if account_id else ""
    kept, keys = list[Item](), dict[str, str]()
    for item in items:
        if item.key in keys:
            why = f"It has the same id, slug or title as {keys[item.key]}, so only that one comes."
            left.append(LeftOut(item.where, item.title, why))
            continue
        keys[item.key] = item.where
        kept.append(item)
    return Bundle(found, source, label or name, tuple(kept), tuple(left), files, account_id)


def _unknown(names: list[str]) -> list[LeftOut]:
    return [LeftOut("first line", name[:80], "No column is called so; it is left out.")
            for name in names[:50]]  # fmt: skip


def _texts(archive: Archive, paths: list[str]) -> tuple[list[Item], list[LeftOut]]:
    items, left = list[Item](), list[LeftOut]()
    spent: Counter[str] = Counter()
    total = 0
    for path in paths:
        try:
            data = archive.read(path, FILE_BYTES)
            total += len(data)
            if total > TEXT_BYTES:
                raise Unreadable("The texts of the ZIP have more than 100 MB together. Split it.")
            items.append(item_from_markdown(path, data, spent))
        except Unfit as problem:
            left.append(LeftOut(path, "", str(problem)))
    return items, left


def _manifest(archive: Archive) -> tuple[Mapping[str, Any], str]:
    found = sorted((p for p in archive if posixpath.basename(p) == MANIFEST), key=len)
    if not found:
        return {}, ""
    try:
        said = json.loads(archive.read(found[0], MANIFEST_BYTES))
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"“{found[0]}” in the ZIP is not JSON that can be read.") from problem
    if not isinstance(said, Mapping):
        raise Unreadable(f"“{found[0]}” in the ZIP does not say what an export says.")
    return said, posixpath.dirname(found[0])


def _described(manifest: Mapping[str, Any], root: str, archive: Archive) -> Iterator[HandedFile]:
    media = manifest.get("media")
    seen: set[str] = set()
    for said in media if isinstance(media, list) else []:
        path = posixpath.join(root, str(said.get("path", ""))) if isinstance(said, Mapping) else ""
        if path not in archive or path in seen:
            continue
        seen.add(path)
        yield HandedFile(
            path=path, id=_line(said, "id"), name=_line(said, "name"), alt=_line(said, "alt"),
            caption=_text(said, "caption"), decorative=said.get("decorative") is True,
            focal=_focal(said.get("focal")), folder=_line(said, "folder"),
            signature=_line(said, "signature"),
        )  # fmt: skip


def _referred(archive: Archive, items: Iterable[Item], known: set[str]) -> Iterator[HandedFile]:
    """Yield the files that texts show or link to, beside those that the export describes."""
    seen = set(known)
    for item in items:
        for found in _LINK.findall(item.body) if item.path else ():
            path = resolved(item.path, html.unescape(found[0] or found[1]))
            if path in archive and path not in seen and not path.lower().endswith(_TEXTS):
                seen.add(path)
                yield HandedFile(path=path)


def _focal(said: Any) -> tuple[int, int]:
    fine = isinstance(said, list) and len(said) == 2 and all(type(n) is int for n in said)
    return (said[0], said[1]) if fine and all(0 <= n <= 100 for n in said) else (50, 50)


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return _UNSTORABLE.sub("", value)[:2000] if isinstance(value, str) else ""


def _line(said: Mapping[str, Any], name: str) -> str:
    return " ".join(_text(said, name).split())


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
