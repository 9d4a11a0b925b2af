"""What can be done to many files at once, and how each is undone: as `bulk_acts` for pages."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.content.bulk_acts import CHANGED_SINCE, Done, Wanted
from portal.content.media import KEPT, Media
from portal.content.media_changing import move, restore, trash
from portal.content.media_folders import folder_by_id
from portal.content.media_list import media_by_id
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.decisions import Actor
from tenants.permissions import Permission as P


@dataclass(frozen=True)
class MediaAct:
    """One thing to do to many files: `do` raises Denied and Problem, and so does `undo`."""

    name: str
    verb: str
    icon: str
    permissions: tuple[P, ...]
    do: Callable[[Media, AccountRef, Wanted, Actor], Done]
    undo: Callable[[Media, AccountRef, dict[str, Any], Actor], str]
    intro: str

    def find(self, thing_id: uuid.UUID, account: AccountRef, by: Actor) -> Media | None:
        """Return a file if it is there, in the trash or not, and `by` sees it."""
        row = media_by_id(thing_id, account, by=by)
        return row[0] if row else None


def _move(media: Media, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    was = str(media.folder_id or "")
    if media.trashed_at is not None:
        raise Problem("It is in the trash. Bring it back first.")
    if not move(media, wanted.folder, account, by=by):
        raise Problem("It stands there already.")
    where = f"In “{wanted.folder.name}” now." if wanted.folder else "In no folder now."
    return Done(where, {"was": was, "made": str(media.folder_id or "")})


def _move_back(media: Media, account: AccountRef, before: dict[str, Any], by: Actor) -> str:
    if str(media.folder_id or "") != before["made"]:
        raise Problem(CHANGED_SINCE)
    folder = folder_by_id(uuid.UUID(before["was"]), account, by) if before["was"] else None
    if before["was"] and folder is None:
        raise Problem("The folder it stood in is not there any more.")
    move(media, folder, account, by=by)
    return f"In “{folder.name}” again." if folder else "In no folder again."


def _trash(media: Media, account: AccountRef, wanted: Wanted, by: Actor) -> Done:
    trash(media, account, by=by, reason=wanted.reason, force=wanted.force)
    return Done(f"In the trash for {KEPT.days} days.", {})


def _take_out(media: Media, account: AccountRef, _before: dict[str, Any], by: Actor) -> str:
    restore(media, account, by=by)
    return "Out of the trash."


ACTS: dict[str, MediaAct] = {
    act.name: act
    for act in (
        MediaAct("media-move", "Move to a folder", "folder-tree", (P.MEDIA_EDIT, P.MEDIA_UPLOAD),
            _move, _move_back,
            "Texts that use them stay as they are. In a restricted folder only those see a file "
            "who see the folder."),
        MediaAct("media-trash", "Put into the trash", "trash-2", (P.MEDIA_DELETE,),
            _trash, _take_out,
            f"Each can be brought back for {KEPT.days} days. One that is used stays, unless you "
            "say otherwise."),
    )
}  # fmt: skip
