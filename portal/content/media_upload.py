"""Taking files in: looked at, cleaned, counted, stored, recorded. What fails leaves nothing."""

import hashlib
import unicodedata
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from portal.content.media import Media, MediaVersion
from portal.content.media_folders import MediaFolder
from portal.content.media_list import copy_of
from portal.content.media_types import TYPES, kind_of, sniff
from portal.content.pictures import clean_picture
from portal.content.problems import Problem
from portal.content.storage import Storage, StoreDown
from portal.content.storing import keep, undone_if_refused
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db, new_id
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.limiting import take
from tenants.permissions import Permission
from tenants.policies import effective
from tenants.quotas import QuotaReached, Resource

NAME_LENGTH = 120
ALT_LENGTH = 1000
CAPTION_LENGTH = 2000
FILE_BYTES = 30 * 2**20


class Duplicate(Problem):
    """The account has this very file already: `there`."""

    def __init__(self, message: str, there: Media) -> None:
        super().__init__(message)
        self.there = there


@dataclass(frozen=True)
class Prepared:
    """A file that may be kept: told from its bytes, pictures written anew."""

    name: str
    mime: str
    data: bytes
    source_digest: str
    width: int | None = None
    height: int | None = None

    @property
    def kind(self) -> str:
        """Return `image` or `file`."""
        return kind_of(self.mime)


def allowed_types(account: AccountRef) -> frozenset[str]:
    """Return the types of files that the policies let into an account."""
    return frozenset(effective(account)["upload_types"].value)


def prepare(filename: str, data: bytes, allowed: Collection[str]) -> Prepared:
    """Look at a file and clean it; nothing is stored. Raises Problem with what is wrong with it."""
    if len(data) > FILE_BYTES:
        raise Problem(f"The file has {len(data) / 2**20:.1f} MB; {FILE_BYTES // 2**20} MB fit.")
    mime = sniff(data)
    if mime not in allowed:
        known = ", ".join(TYPES[each][1] for each in TYPES if each in allowed) or "no files at all"
        raise Problem(f"{TYPES[mime][1]} are not allowed in this account. Allowed: {known}.")
    name, source = name_of(filename), hashlib.sha256(data).hexdigest()
    if kind_of(mime) == "file":
        return Prepared(name, mime, data, source)
    picture = clean_picture(data, mime)
    return Prepared(name, picture.mime, picture.data, source, picture.width, picture.height)


def upload(
    account: AccountRef, prepared: Prepared, folder: MediaFolder | None, *,
    by: Actor, files: Storage, alt: str = "", media_id: uuid.UUID | None = None,
) -> tuple[Media, MediaVersion]:  # fmt: skip
    """Keep a file in an account and record it; `media_id` is the id it gets, if that is settled.

    Raises Denied, Duplicate when the account has it already, QuotaReached and StoreDown.
    """
    authorize(by, Permission.MEDIA_UPLOAD, account)
    _refuse_copy(prepared, account, by)
    take(Resource.STORAGE, account, len(prepared.data), by=by)
    media = Media(
        id=media_id or new_id(), tenant_id=account.tenant_id, account_id=account.id,
        kind=prepared.kind,
        folder_id=folder.id if folder else None, name=prepared.name, alt=alt[:ALT_LENGTH],
        author_id=by.person_id, author_label=by.name or by.label, number=1,
    )  # fmt: skip
    db.session.add(media)
    db.session.flush()
    version = add_version(media, prepared, 1, by=by, files=files)
    record(
        Event.MEDIA_UPLOADED, media, by=by, changes={}, mime=prepared.mime, size=len(prepared.data)
    )
    return media, version


def add_version(
    media: Media, prepared: Prepared, number: int, *, by: Actor, files: Storage
) -> MediaVersion:
    """Store what a file holds from now on, without asking or recording. Raises StoreDown."""
    version = MediaVersion(
        id=new_id(), tenant_id=media.tenant_id, account_id=media.account_id, media_id=media.id,
        number=number, mime=prepared.mime, size=len(prepared.data), width=prepared.width,
        height=prepared.height, digest=hashlib.sha256(prepared.data).hexdigest(),
        source_digest=prepared.source_digest, author_label=by.name or by.label,
        ready_at=None if prepared.kind == "image" else now(),
    )  # fmt: skip
    keep(files, f"{version.key}original", prepared.data, prepared.mime)
    db.session.add(version)
    db.session.flush()
    return version


def _refuse_copy(prepared: Prepared, account: AccountRef, by: Actor) -> None:
    there = copy_of(prepared.source_digest, account, by=by)
    if there is not None:
        where = ", in the trash. Bring it back from there" if there.trashed_at else ""
        raise Duplicate(f"This file is already here as “{there.name}”{where}.", there)


def name_of(filename: str) -> str:
    """Return what to call an uploaded file: no folders, no ending, nothing that cannot be seen."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in last)
    stem, dot, ending = seen.rpartition(".")
    name = stem if dot and stem.strip(" .") and len(ending) <= 5 else seen
    return " ".join(name.split()).strip(" .")[:NAME_LENGTH] or "Untitled"


@dataclass(frozen=True)
class Outcome:
    """What became of one of many files: `media` is what it is now, or was already."""

    label: str
    done: bool
    sentence: str
    media: Media | None = None
    version: MediaVersion | None = None


def upload_many(
    account: AccountRef, sent: Iterable[tuple[str, bytes]], folder: MediaFolder | None, *,
    by: Actor, files: Storage,
) -> list[Outcome]:  # fmt: skip
    """Keep each of some files or say why not; one that is refused keeps no other away.

    Raises Denied.
    """
    authorize(by, Permission.MEDIA_UPLOAD, account)
    allowed = allowed_types(account)
    return [_attempt(account, name, data, folder, allowed, by, files) for name, data in sent]


def _attempt(
    account: AccountRef, filename: str, data: bytes, folder: MediaFolder | None,
    allowed: Collection[str], by: Actor, files: Storage,
) -> Outcome:  # fmt: skip
    label = name_of(filename)
    try:
        prepared = prepare(filename, data, allowed)
        with undone_if_refused():
            media, version = upload(account, prepared, folder, by=by, files=files)
    except Duplicate as problem:
        return Outcome(label, False, str(problem), problem.there)
    except (Problem, QuotaReached, StoreDown) as problem:
        return Outcome(label, False, str(problem))
    return Outcome(label, True, "Here now. Say what it shows.", media, version)
