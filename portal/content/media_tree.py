"""Folders in folders: how they lie, and which of them another can be put into."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from portal.content.media_folders import MediaFolder

DEEPEST = 8
SEPARATOR = " / "


@dataclass(frozen=True)
class Placed:
    """A folder, how many it stands in, and its name with theirs before it."""

    folder: MediaFolder
    depth: int
    path: str
    closed: bool

    @property
    def id(self) -> uuid.UUID:
        """Return the folder's id."""
        return self.folder.id


class FolderTree:
    """Some folders of an account. One whose own folder is not among them counts as on top."""

    def __init__(self, folders: Iterable[MediaFolder]) -> None:
        self._folders = {folder.id: folder for folder in folders}
        self._below: dict[uuid.UUID | None, list[MediaFolder]] = {}
        for folder in sorted(self._folders.values(), key=lambda each: each.name.casefold()):
            above = folder.parent_id if folder.parent_id in self._folders else None
            self._below.setdefault(above, []).append(folder)

    @cached_property
    def placed(self) -> list[Placed]:
        """Return all of them, each before those in it, by name."""
        return list(self._walk(None, 0, "", closed=False))

    def _walk(
        self, above: uuid.UUID | None, depth: int, path: str, *, closed: bool
    ) -> Iterator[Placed]:
        for folder in self._below.get(above, ()):
            here = f"{path}{SEPARATOR}{folder.name}" if path else folder.name
            kept = closed or folder.restricted
            yield Placed(folder, depth, here, kept)
            yield from self._walk(folder.id, depth + 1, here, closed=kept)

    @cached_property
    def paths(self) -> dict[uuid.UUID, str]:
        """Return the path of each by its id."""
        return {each.id: each.path for each in self.placed}

    def inside(self, folder_id: uuid.UUID | None) -> list[Placed]:
        """Return the folders right in one, or those on top."""
        wanted = {folder.id for folder in self._below.get(folder_id, ())}
        return [each for each in self.placed if each.id in wanted]

    def above(self, folder_id: uuid.UUID | None) -> list[MediaFolder]:
        """Return what a folder stands in, from the top, and itself last; nothing for an unknown."""
        found: list[MediaFolder] = []
        folder = self._folders.get(folder_id) if folder_id else None
        while folder is not None and folder not in found:
            found.insert(0, folder)
            folder = self._folders.get(folder.parent_id) if folder.parent_id else None
        return found

    def below(self, folder_id: uuid.UUID) -> set[uuid.UUID]:
        """Return the ids of a folder and of all that stand in it."""
        found, ahead = {folder_id}, [folder_id]
        while ahead:
            inner = {each.id for each in self._below.get(ahead.pop(), ())} - found
            found |= inner
            ahead += inner
        return found

    def height(self, folder_id: uuid.UUID) -> int:
        """Return how many folders deep a folder is, itself counted."""
        own = next((each.depth for each in self.placed if each.id == folder_id), 0)
        inner = self.below(folder_id)
        return max((each.depth - own + 1 for each in self.placed if each.id in inner), default=1)

    def choices(self, *, without: uuid.UUID | None = None) -> list[tuple[str, str]]:
        """Return them as a list to choose from, by their paths; `without` one and all in it."""
        left_out = self.below(without) if without else set()
        return [(str(each.id), each.path) for each in self.placed if each.id not in left_out]
