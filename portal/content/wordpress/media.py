"""The files of the export that a body may refer to by id."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.content.wordpress.documents import Attachment
from portal.content.wordpress.links import IMAGE


class Media:
    """The attachments of an export, seen from one document."""

    def __init__(self, attachments: Iterable[Attachment] = (), owner: int | None = None) -> None:
        self._by_id = {file.source_id: file for file in attachments}
        self._owner = owner

    def of(self, owner: int) -> Media:
        """The same files seen from the document with that source id."""
        return Media(self._by_id.values(), owner)

    def listed(self, ids: str) -> list[Attachment]:
        """The files for a list of ids, in its order; empty when one of them is not known."""
        numbers = [int(number) for number in re.findall(r"[0-9]{1,18}", ids)][:500]
        files = [self._by_id[number] for number in numbers if number in self._by_id]
        return files if len(files) == len(numbers) else []

    def own(self) -> list[Attachment]:
        """The images that were uploaded to the document."""
        return [
            file
            for file in self._by_id.values()
            if self._owner is not None
            and file.parent == self._owner
            and IMAGE.search(file.filename)
        ]
