"""Where the bytes of files are kept, behind four verbs: on a local disk, or behind the S3 API.

Keys are paths of ids, written by us and never by people. What is put under a key is there whole or
not at all.
"""

import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Protocol

KEY = re.compile(r"[0-9a-f]{32}(?:/[A-Za-z0-9._-]{1,80}){2,3}")
PART = 2**20


class NotStored(LookupError):
    """There is nothing under this key."""


class StoreDown(RuntimeError):
    """The store of files is full or out of reach; the message is a sentence for people."""


class Storage(Protocol):
    """Keeps bytes under keys. Every verb may raise StoreDown."""

    def put(self, key: str, data: bytes, mime: str) -> None:
        """Keep bytes under a key, in place of what was there."""

    def put_file(self, key: str, file: BinaryIO, mime: str) -> None:
        """Keep what a file still holds under a key, a part at a time, however large it is."""

    def read(self, key: str) -> bytes:
        """Return what is kept under a key. Raises NotStored."""

    def parts(self, key: str) -> Iterator[bytes]:
        """Return what is kept under a key, to be read part by part. Raises NotStored at once."""

    def delete(self, keys: Iterable[str]) -> None:
        """Forget some keys; those that are not there already are none the worse."""

    def keys(self, prefix: str = "") -> Iterator[tuple[str, datetime]]:
        """Return every key that begins so, with when it was written (UTC)."""


class LocalStorage:
    """Files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes, mime: str) -> None:
        self.put_file(key, io.BytesIO(data), mime)

    def put_file(self, key: str, file: BinaryIO, mime: str) -> None:  # noqa: ARG002 - a disk keeps no types
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(path, file)
        except OSError as problem:
            raise StoreDown(_DISK) from problem

    def _write(self, path: Path, data: BinaryIO) -> None:
        with NamedTemporaryFile(
            dir=path.parent, prefix="new-", suffix=".part", delete=False
        ) as file:
            temporary = Path(file.name)
            try:
                shutil.copyfileobj(data, file, PART)
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise

    def read(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotStored(key) from None
        except OSError as problem:
            raise StoreDown(_DISK) from problem

    def parts(self, key: str) -> Iterator[bytes]:
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise NotStored(key) from None
        except OSError as problem:
            raise StoreDown(_DISK) from problem
        return _parts_of(file)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = self._path(key)
            try:
                path.unlink(missing_ok=True)
            except OSError as problem:
                raise StoreDown(_DISK) from problem
            self._forget_empty(path.parent)

    def _forget_empty(self, folder: Path) -> None:
        while folder != self._folder:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    def keys(self, prefix: str = "") -> Iterator[tuple[str, datetime]]:
        start = self._folder / prefix
        if not start.is_dir():
            return
        for path in start.rglob("*"):
            if path.is_file():
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield path.relative_to(self._folder).as_posix(), written

    def _path(self, key: str) -> Path:
        return self._folder / checked(key)


def _parts_of(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(PART):
            yield part


_DISK = (
    "The disk that keeps files is full or cannot be used. Nothing was kept; tell whoever runs it."
)


def checked(key: str) -> str:
    """Return the key. Raises ValueError for one that we do not write."""
    if not KEY.fullmatch(key) or "/." in key:
        raise ValueError("This is not a key of ours.")
    return key
