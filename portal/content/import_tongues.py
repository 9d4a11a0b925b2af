"""Which language the pages of a bundle are in, and which of them translate each other."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from portal.content.import_plan import Line, PlannedPage
from portal.content.languages import name_of
from portal.content.translations import PageLanguage
from portal.content.wordpress.documents import Document


@dataclass(frozen=True, slots=True)
class PlannedTongue:
    """What a new page gets: its language, and the new page that it was made from, or itself."""

    page_id: uuid.UUID
    language: str
    source_id: uuid.UUID
    up_to_date: bool


class ImportedTongues:
    """Plans them. Only new pages are linked, to new ones: what is here is not touched."""

    def __init__(self, pages: Iterable[PlannedPage], usual: str) -> None:
        self._usual = usual
        self._new = {page.document.source_id: page for page in pages}
        self._taken: set[tuple[uuid.UUID, str]] = set()
        self.lines: list[Line] = []
        self.planned = tuple(self._all())

    def _all(self) -> Iterator[PlannedTongue]:
        documents = [page.document for page in self._new.values()]
        sources = {document.translates[0] for document in documents if document.translates}
        for document in sorted(documents, key=lambda each: each.translates is not None):
            if document.language or document.translates or document.source_id in sources:
                yield self._one(document)

    def _one(self, document: Document) -> PlannedTongue:
        own = self._new[document.source_id].id
        named, up_to_date = document.translates or (0, False)
        source = self._new.get(named)
        language = document.language or self._usual
        link = source.id if source else own
        if document.translates and source is None:
            self._say(document, "The page it translates is no new one here; link it by hand.")
        elif (link, language) in self._taken:
            why = f"There is a page in {name_of(language)} among its translations already"
            self._say(document, f"{why}; it stands alone.")
            link = own
        self._taken.add((link, language))
        return PlannedTongue(own, language, link, link != own and up_to_date)

    def _say(self, document: Document, sentence: str) -> None:
        self.lines.append(Line("notes", document.kind, document.title, sentence))


def rows_of(
    planned: Iterable[PlannedTongue], made: Mapping[uuid.UUID, tuple[uuid.UUID, str]],
    keys: Mapping[str, uuid.UUID],
) -> Iterator[PageLanguage]:  # fmt: skip
    """Yield the rows that say so; `made` maps a new page to its revision and that one's digest."""
    for each in planned:
        revision_id, digest = made[each.source_id] if each.up_to_date else (None, None)
        yield PageLanguage(
            page_id=each.page_id, language=each.language, source_id=each.source_id,
            made_from_id=revision_id, made_from_digest=digest, **keys,
        )  # fmt: skip
