"""Which files of a bundle become files of the library, which are here already, and which cannot."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from portal.content.exchange.beside import Beside
from portal.content.exchange.model import Bundle, HandedFile
from portal.content.import_plan import Line, Remembered, key_of
from portal.content.import_standing import Standing
from portal.content.media_types import TYPES
from tenants.db import new_id

KIND = "media"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that is new here."""

    id: uuid.UUID
    file: HandedFile


class Shelf:
    """Plans every file. `of` leads from a path in the ZIP, and from an old id, to a file here."""

    def __init__(self, bundle: Bundle | None, standing: Standing, *, may_upload: bool) -> None:
        self._standing, self._may_upload = standing, may_upload
        self._beside = standing.beside or Beside()
        self._digests = dict(self._beside.files or {})
        self.of: dict[str, uuid.UUID] = {}
        self.decorative: set[str] = set()
        self.planned: list[PlannedFile] = []
        self.remembered: list[Remembered] = []
        self.lines: list[Line] = []
        for file in bundle.files if bundle else ():
            self._plan(file)

    def _plan(self, file: HandedFile) -> None:
        known = self._known(file)
        if known in self._beside.trashed:
            self._say(file, "Is here already, in the trash. Bring it back from there.")
        elif known is not None:
            self._say(file, "Already here; it is left alone.")
            self._put(file, known)
        elif file.prepared is None:
            self._say(file, f"Is left out. {file.problem}")
        elif not self._may_upload:
            self._say(file, "Is left out, since you may not upload files here.")
        else:
            self._new(file)

    def _known(self, file: HandedFile) -> uuid.UUID | None:
        own = next((each for each in self._beside.media if str(each) == file.id), None)
        came = self._standing.items.get((KIND, key_of(file.id or file.path)))
        same = self._digests.get(file.prepared.source_digest) if file.prepared else None
        return own or same or (came if came in self._beside.media else None)

    def _new(self, file: HandedFile) -> None:
        if file.prepared is None:
            return
        planned = PlannedFile(new_id(), file)
        self._digests[file.prepared.source_digest] = planned.id
        self._put(file, planned.id)
        self.planned.append(planned)
        key = (KIND, key_of(file.id or file.path))
        if key not in self._standing.items:
            self.remembered.append(Remembered(*key, planned.id))
        what = TYPES[file.prepared.mime][0].upper()
        size = f"{len(file.prepared.data) / 1024:,.0f} kB"
        folder = f" Its folder “{file.folder}” does not come along." if file.folder else ""
        self._say(file, f"New in the library: {what}, {size}.{folder}")

    def _put(self, file: HandedFile, media_id: uuid.UUID) -> None:
        self.of[file.path] = media_id
        if file.id:
            self.of[file.id] = media_id
        if file.decorative:
            self.decorative.add(str(media_id))

    def _say(self, file: HandedFile, sentence: str) -> None:
        title = file.name or file.path
        self.lines.append(Line("attachments", file.path[:200], title, sentence))
