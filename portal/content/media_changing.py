"""What becomes of a file: described, moved, replaced, put into the trash and brought back."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.content.media import Media, MediaVersion
from portal.content.media_folders import MediaFolder
from portal.content.media_readers import (
    authorize_other_bytes,
    authorize_other_words,
    authorize_out_of_sight,
)
from portal.content.media_upload import Prepared, add_version
from portal.content.media_uses import Use, uses_of
from portal.content.problems import Problem
from portal.content.storage import Storage
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, Denied, authorize, can_any
from tenants.events import Event
from tenants.limiting import take
from tenants.permissions import Permission
from tenants.quotas import Resource


class InUse(Problem):
    """The file is used; `uses` says where."""

    def __init__(self, message: str, uses: list[Use]) -> None:
        super().__init__(message)
        self.uses = uses


@dataclass(frozen=True)
class Description:
    """What people say about a file."""

    name: str
    alt: str = ""
    caption: str = ""
    decorative: bool = False
    focal_x: int = 50
    focal_y: int = 50
    folder_id: uuid.UUID | None = None


SEEN_BY_READERS = ("name", "alt", "caption", "decorative", "focal_x", "focal_y")


def may_change(by: Actor, media: Media, account: AccountRef) -> Decision:
    """Decide whether `by` may describe and replace the file: anybody's, or his own."""
    own = by.person_id is not None and media.author_id == by.person_id
    wanted = (Permission.MEDIA_EDIT, Permission.MEDIA_UPLOAD)
    return can_any(by, wanted if own else wanted[:1], account)


def _authorize_change(by: Actor, media: Media, account: AccountRef) -> None:
    decision = may_change(by, media, account)
    if not decision.allowed:
        raise Denied(decision)


def describe(media: Media, said: Description, account: AccountRef, *, by: Actor) -> bool:
    """Write down what is said about a file and record it; tell whether that changed anything.

    A new focal point has the renditions made again. What readers see of a live page takes what
    `authorize_other_words` asks. Raises Denied and Problem.
    """
    _authorize_change(by, media, account)
    if not said.name.strip():
        raise Problem("Give the file a name.")
    if any(getattr(media, field) != getattr(said, field) for field in SEEN_BY_READERS):
        authorize_other_words(media, account, by=by)
    focus = (media.focal_x, media.focal_y)
    for field, value in vars(said).items():
        if getattr(media, field) != value:
            setattr(media, field, value)
    if not db.session.is_modified(media):
        return False
    media.changed_at = now()
    record(Event.MEDIA_CHANGED, media, by=by)
    if focus != (media.focal_x, media.focal_y):
        version = _current(media)
        version.ready_at, version.tries = None, 0
    return True


def move(media: Media, folder: MediaFolder | None, account: AccountRef, *, by: Actor) -> bool:
    """Put a file into a folder, or into none, and record it; tell whether it stood elsewhere."""
    _authorize_change(by, media, account)
    wanted = folder.id if folder else None
    if media.folder_id == wanted:
        return False
    media.folder_id = wanted
    record(Event.MEDIA_CHANGED, media, by=by)
    return True


def replace(
    media: Media, prepared: Prepared, account: AccountRef, *, by: Actor, files: Storage
) -> MediaVersion:
    """Have a file hold something else from now on, at the same address, and record it.

    What it held is kept as a version until it is purged. Raises Denied, Problem, QuotaReached and
    StoreDown.
    """
    _authorize_change(by, media, account)
    _take_turn(media)
    authorize_other_bytes(media, account, by=by)
    if prepared.kind != media.kind:
        what = "picture" if media.kind == "image" else "file"
        raise Problem(f"A {what} can only be replaced by another {what}: texts show it as one.")
    before = _current(media)
    if before.source_digest == prepared.source_digest:
        raise Problem("This is the very file that is here already.")
    take(Resource.STORAGE, account, len(prepared.data), by=by)
    query = select(func.max(MediaVersion.number)).where(MediaVersion.media_id == media.id)
    number = (db.session.scalar(query) or 0) + 1
    version = add_version(media, prepared, number, by=by, files=files)
    _make_current(media, before, version, by)
    return version


def use_again(media: Media, version: MediaVersion, account: AccountRef, *, by: Actor) -> None:
    """Have a file hold what it held before, and record it. Raises Denied, Problem when it does."""
    _authorize_change(by, media, account)
    _take_turn(media)
    authorize_other_bytes(media, account, by=by)
    before = _current(media)
    if before.id == version.id:
        raise Problem("This is what the file holds already.")
    _make_current(media, before, version, by)


def _make_current(media: Media, before: MediaVersion, version: MediaVersion, by: Actor) -> None:
    before.replaced_at, version.replaced_at = now(), None
    media.number, media.changed_at = version.number, now()
    changes = {"version": [before.number, version.number]}
    record(Event.MEDIA_REPLACED, media, by=by, changes=changes, version=version.number)


def trash(
    media: Media, account: AccountRef, *, by: Actor, reason: str = "", force: bool = False
) -> None:
    """Put a file into the trash and record it; readers do not get it from then on.

    One that is used is refused with InUse, unless `force` with a reason. Raises Denied and Problem.
    """
    authorize(by, Permission.MEDIA_DELETE, account)
    _take_turn(media)
    authorize_out_of_sight(media, account, by=by)
    if media.trashed_at is not None:
        raise Problem("The file is in the trash already.")
    uses = uses_of(media)
    if uses and not (force and reason.strip()):
        titles = ", ".join(f"“{use.title}”" for use in uses[:5])
        more = f" and {len(uses) - 5} more" if len(uses) > 5 else ""
        how = " To delete it all the same, tick the box and say why." if not force else ""
        why = " Say why it has to go all the same." if force else ""
        raise InUse(f"The file is used by {titles}{more}.{how}{why}", uses)
    media.trashed_at, media.trashed_by_label = now(), by.name or by.label
    record(Event.MEDIA_TRASHED, media, by=by, reason=reason, changes={}, used=len(uses))


def restore(media: Media, account: AccountRef, *, by: Actor) -> None:
    """Bring a file back from the trash and record it: where it is used it shows again.

    Raises Denied, and Problem when it is not in the trash.
    """
    authorize(by, Permission.MEDIA_DELETE, account)
    _take_turn(media)
    authorize_out_of_sight(media, account, by=by)
    if media.trashed_at is None:
        raise Problem("The file is not in the trash.")
    media.trashed_at, media.trashed_by_label = None, ""
    record(Event.MEDIA_RESTORED, media, by=by, changes={})


def _take_turn(media: Media) -> None:
    db.session.flush()
    db.session.refresh(media, with_for_update=True)


def _current(media: Media) -> MediaVersion:
    query = select(MediaVersion).where(
        MediaVersion.media_id == media.id, MediaVersion.number == media.number
    )
    return db.session.scalars(query).one()
