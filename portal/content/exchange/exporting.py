"""An account's content as one file: Markdown or a table, with its files of the library or without.

Written to a temporary file, a page and a file at a time, so memory is bounded by the largest.
Secrets are in none of it: no passwords of pages, and no e-mail address of an author or owner but of
those whom whoever exports is shown among the account's people.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from portal.content.exchange.files import signature_of
from portal.content.exchange.gathering import (
    FileRow,
    Stub,
    Which,
    Whole,
    addresses_of,
    files_of,
    stubs_of,
    terms_of,
    wholes_of,
)
from portal.content.exchange.paths import file_paths, page_paths
from portal.content.exchange.people import emails_for
from portal.content.exchange.reading import MANIFEST
from portal.content.exchange.saying import Terms, as_markdown, as_row, said_of, with_paths
from portal.content.exchange.signers import signers_of
from portal.content.exchange.tables import COLUMNS
from portal.content.exchange.wxr import wxr_of
from portal.content.media_uses import named_in
from portal.content.problems import Problem
from portal.content.storage import NotStored, Storage
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent, record
from tenants.clock import now
from tenants.decisions import Actor, Denied, can_any
from tenants.events import Event
from tenants.permissions import Permission

FORMAT = "portal-content-1"
Format = Literal["markdown", "csv", "wordpress"]
Media = Literal["none", "used", "all"]


class TooMuch(Problem):
    """It is more than is wanted at most; the message says what and how much."""


@dataclass(frozen=True)
class Wanted:
    """What to export, and how much at most: pages, and bytes of files."""

    format: Format = "markdown"
    which: Which = "drafts"
    media: Media = "used"
    pages: int | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class Exported:
    """What came of it.

    `missing` names files that the store lacks, `folders` where the others stand, `people` tells
    whether e-mail addresses may be in it.
    """

    file: BinaryIO
    ending: str
    pages: int
    files: int
    missing: tuple[str, ...]
    folders: frozenset[uuid.UUID] = frozenset()
    people: bool = False


def export_content(
    account: AccountRef, wanted: Wanted, *, by: Actor, files: Storage, key: bytes,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Exported:  # fmt: skip
    """Return the account's content as a file. Reads only; the caller records it and closes it.

    `key` signs the pictures; `tell` is told after each page and file how many are done, of how
    many. Needs the whole tenant's scope. Raises Denied, StoreDown, and TooMuch beyond what is
    wanted at most.
    """
    decision = can_any(by, (Permission.CONTENT_EXPORT, Permission.PAGE_VIEW), account)
    if not decision.allowed:
        raise Denied(decision)
    stubs = stubs_of(account, wanted.which)
    if wanted.pages is not None and len(stubs) > wanted.pages:
        raise TooMuch(_too_many(f"{len(stubs):,} pages", f"{wanted.pages:,}"))
    emails = emails_for(account, by=by)
    shelf = _files(account, wanted, stubs, by)
    job = _Job(account, wanted, stubs, shelf, files, key, tell, emails)
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    try:
        ending = job.write(file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    count = len(job.files) - len(job.missing)
    folders = frozenset(each.media.folder_id for each in job.files if each.media.folder_id)
    return Exported(file, ending, len(stubs), count, tuple(job.missing), folders, bool(emails))


def record_content_export(
    account: AccountRef, wanted: Wanted, done: Exported, *, by: Actor
) -> AuditEvent:
    """Record that an account's content was exported."""
    return record(
        Event.CONTENT_EXPORTED, account, by=by, changes={}, account_id=account.id,
        tenant_id=account.tenant_id, format=wanted.format, pages=done.pages, files=done.files,
        which=wanted.which,
    )  # fmt: skip


def _files(account: AccountRef, wanted: Wanted, stubs: list[Stub], by: Actor) -> list[FileRow]:
    if (
        wanted.media == "none"
        or wanted.format == "wordpress"
        or not can_any(by, (Permission.CONTENT_EXPORT, Permission.MEDIA_VIEW), account).allowed
    ):
        return []
    found = files_of(account, by=by)
    if wanted.media == "used" and found:
        ids = [stub.id for stub in stubs]
        named = {
            each
            for whole in wholes_of(account, wanted.which, ids)
            for each in named_in(whole.revision.body, whole.revision.fields)
        }
        found = [file for file in found if file.media.id in named]
    size = sum(file.version.size for file in found)
    if wanted.bytes is not None and size > wanted.bytes:
        much = f"{size / 2**20:,.0f} MB of files"
        raise TooMuch(_too_many(much, f"{wanted.bytes // 2**20:,} MB"))
    return found


def _too_many(what: str, most: str) -> str:
    return f"These are {what}, too many for a download at once ({most} at most)."


class _Job:
    """One export on its way into a file."""

    def __init__(
        self, account: AccountRef, wanted: Wanted, stubs: list[Stub], files: list[FileRow],
        store: Storage, key: bytes, tell: Callable[[int, int], None], emails: frozenset[str],
    ) -> None:  # fmt: skip
        self.account, self.wanted, self.files = account, wanted, files
        self.missing: list[str] = []
        self._ids = [stub.id for stub in stubs]
        self._terms: Terms = terms_of(account)
        self._store, self._key, self._tell = store, key, tell
        self._emails = emails
        self._done, self._total = 0, len(stubs) + len(files)
        self._media = file_paths(files)
        self._paths = page_paths(stubs) if wanted.format == "markdown" else {}

    def write(self, file: BinaryIO) -> str:
        """Write everything; return how the file's name ends."""
        if self.wanted.format == "csv" and not self.files:
            self._table(file)
            return "csv"
        if self.wanted.format == "wordpress":
            self._xml(file)
            return "xml"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            if self.wanted.format == "csv":
                with archive.open("content.csv", "w", force_zip64=True) as table:
                    self._table(table)
            else:
                for whole in self._wholes():
                    path = self._paths[str(whole.page.id)]
                    archive.writestr(path, self._markdown(whole, path))
            described = [said for each in self.files if (said := self._file(archive, each))]
            archive.writestr(MANIFEST, json.dumps(self._manifest(described), indent=1))
        return "zip"

    def _wholes(self) -> Iterator[Whole]:
        for whole in wholes_of(self.account, self.wanted.which, self._ids, self._emails):
            yield whole
            self._step()

    def _step(self) -> None:
        self._done += 1
        self._tell(self._done, self._total)

    def _markdown(self, whole: Whole, path: str) -> str:
        body = with_paths(whole.revision.body, path, {**self._paths, **self._media})
        return as_markdown(said_of(whole, self._terms, self._paths), body)

    def _table(self, file: Any) -> None:
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for whole in self._wholes():
            said = said_of(whole, self._terms, {})
            writer.writerow(as_row(said, whole.page.address or "", whole.revision.body))
        text.flush()
        text.detach()

    def _xml(self, file: BinaryIO) -> None:
        addresses = addresses_of(self.account)
        signers = signers_of(self.account, self.wanted.which, self._emails)
        parts = wxr_of(self.account, self._wholes(), self._terms, self._ids, addresses, signers)
        file.writelines(part.encode() for part in parts)

    def _file(self, archive: zipfile.ZipFile, each: FileRow) -> Mapping[str, Any] | None:
        media, version = each.media, each.version
        self._step()
        try:
            data = self._store.read(f"{version.key}original")
        except NotStored:
            self.missing.append(media.name)
            return None
        path, digest = self._media[str(media.id)], hashlib.sha256(data).hexdigest()
        packed = zipfile.ZIP_DEFLATED if version.mime.startswith("text/") else zipfile.ZIP_STORED
        archive.writestr(path, data, packed)
        sound = media.kind == "image" and digest == version.digest
        return {
            "id": str(media.id), "path": path, "name": media.name, "alt": media.alt,
            "caption": media.caption, "decorative": media.decorative,
            "focal": [media.focal_x, media.focal_y], "folder": each.folder, "digest": digest,
            "signature": signature_of(digest, self._key) if sound else "",
        }  # fmt: skip

    def _manifest(self, described: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        return {
            "format": FORMAT,
            "account": {"id": str(self.account.id), "name": self.account.name},
            "exported": now().isoformat(),
            "pages": len(self._ids),
            "media": described,
        }
