"""A ZIP that somebody hands in: looked over before anything is unpacked, read file by file.

Nothing is ever written to a disk under a name from the archive. What its table of contents claims
is not believed either: each file is read up to what it may have, and no further.
"""

from __future__ import annotations

import io
import lzma
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator

from portal.content.exchange.model import Unreadable
from portal.content.media_archives import ENTRIES, RATIO

UNPACKED = 256 * 2**20
AGAIN = "Pack it again."
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, OSError,
)  # fmt: skip
_IGNORED = ("__MACOSX/", ".")


class Archive:
    """The files of a ZIP by their paths. Raises Unreadable for one that is not as it should be."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _FAULTS as problem:
            raise Unreadable(f"The ZIP is damaged or cut off. {AGAIN}") from problem
        entries = self._zip.infolist()
        if len(entries) > ENTRIES:
            raise Unreadable(f"The ZIP holds {len(entries):,} files; {ENTRIES:,} are the most.")
        self._entries = dict(_checked(entries))
        _check_sizes(entries, len(data))

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, path: object) -> bool:
        return path in self._entries

    def read(self, path: str, most: int) -> bytes:
        """Return what a file holds. Raises Unreadable when it is broken or longer than `most`."""
        try:
            with self._zip.open(self._entries[path]) as file:
                data = file.read(most + 1)
        except _FAULTS as problem:
            raise Unreadable(f"The ZIP is damaged at “{path}”. {AGAIN}") from problem
        if len(data) > most:
            raise Unreadable(f"“{path}” has more than {most:,} bytes, the most for such a file.")
        return data


def _checked(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    seen: dict[str, str] = {}
    for entry in entries:
        path = _path(entry)
        _check_entry(entry, path)
        if entry.is_dir() or any(part.startswith(_IGNORED[1]) for part in path.split("/")):
            continue
        if path.startswith(_IGNORED[0]):
            continue
        same = unicodedata.normalize("NFC", path).casefold()
        if same in seen:
            raise Unreadable(f"The ZIP holds “{path}” twice (also as “{seen[same]}”). {AGAIN}")
        seen[same] = path
        yield path, entry


def _path(entry: zipfile.ZipInfo) -> str:
    name = entry.orig_filename.replace("\\", "/")
    parts = name.rstrip("/").split("/")
    bad = {"", ".", ".."} & set(parts) or name[1:2] == ":" or not name.isprintable()
    if bad or len(name) > 1000:
        shown = "".join(c if c.isprintable() else "\ufffd" for c in name)[:100]
        raise Unreadable(
            f"The ZIP has a file that would stand outside of it, or has no sound name: “{shown}”. "
            f"{AGAIN}"
        )
    return name


def _check_entry(entry: zipfile.ZipInfo, path: str) -> None:
    if entry.flag_bits & 0x1:
        raise Unreadable(f"“{path}” in the ZIP is encrypted. Pack it without a password.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable(f"“{path}” in the ZIP is a link to another place. Pack it without links.")
    if entry.compress_type not in _METHODS:
        raise Unreadable(
            f"“{path}” is packed in a way that is not read here. Pack it as plain ZIP."
        )


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED or unpacked > RATIO * max(size, 10_000):
        raise Unreadable(
            f"The ZIP would become {unpacked / 2**20:,.0f} MB when unpacked, far more than it is; "
            f"at most {UNPACKED // 2**20} MB and {RATIO} times its size are read."
        )
    if sum(entry.compress_size for entry in entries) > size:
        raise Unreadable("The ZIP counts the same bytes several times: it is made to overflow.")
