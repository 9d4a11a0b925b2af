"""Categories and tags of an export: which are new here, which are the account's own already."""

import uuid
from collections.abc import Iterator

from portal.content.addresses import SLUG_LENGTH, slug_of
from portal.content.import_plan import Line, PlannedTerm, Remembered, key_of
from portal.content.import_standing import Standing
from portal.content.wordpress.documents import Export, Term
from tenants.db import new_id

KINDS = {"category": "category", "post_tag": "tag"}
LISTS = {"category": "categories", "tag": "tags"}


class Terms:
    """Plans every category and tag.

    `ids` and `addresses` map (taxonomy here, nicename) to a term's id and its list's address.
    """

    def __init__(self, export: Export, standing: Standing) -> None:
        self._standing = standing
        self._slugs: set[tuple[str, str]] = set()
        self._next: dict[tuple[str, str], int] = {}
        self._slug_of = {term_id: slug for (_, slug), term_id in standing.terms.items()}
        self.ids: dict[tuple[str, str], uuid.UUID] = {}
        self.addresses: dict[tuple[str, str], str] = {}
        self.planned: list[PlannedTerm] = []
        self.remembered: list[Remembered] = []
        self.lines: list[Line] = []
        for term in [*_parents_first(export.categories), *export.tags]:
            self._plan(term, KINDS[term.taxonomy])

    def created(self, kind: str) -> int:
        """Return how many categories or tags are new."""
        return sum(term.taxonomy == kind for term in self.planned)

    def _plan(self, term: Term, kind: str) -> None:
        key = (kind, key_of(term.nicename))
        slug = slug_of(term.nicename, slug_of(term.name))
        known = self._standing.items.get(key)
        if key in self._standing.items and known not in self._slug_of:
            self._say(term, kind, "Was imported before and is gone since; it is left alone.")
            return
        known = known or self._same_slug(kind, slug)
        if known is None:
            term_id = self._new(term, kind, slug)
        else:
            term_id = known
            self._take(term, kind, self._slug_of[known])
            self._say(term, kind, "Already there, left alone.")
        if key not in self._standing.items:
            self.remembered.append(Remembered(*key, term_id))
        self.ids[kind, term.nicename] = term_id

    def _same_slug(self, kind: str, slug: str) -> uuid.UUID | None:
        return None if (kind, slug) in self._slugs else self._standing.terms.get((kind, slug))

    def _new(self, term: Term, kind: str, slug: str) -> uuid.UUID:
        address = self._take(term, kind, free := self._free(kind, slug))
        parent = self.ids.get((kind, term.parent)) if kind == "category" else None
        self.planned.append(planned := PlannedTerm(new_id(), kind, free, term.name, parent))
        below = f" below “{term.parent}”" if parent else ""
        self._say(term, kind, f"New{below}, listed at {address}.")
        return planned.id

    def _take(self, term: Term, kind: str, slug: str) -> str:
        self._slugs.add((kind, slug))
        address = f"/{LISTS[kind]}/{slug}/"
        self.addresses[kind, term.nicename] = address
        return address

    def _free(self, kind: str, slug: str) -> str:
        candidate = slug
        while (kind, candidate) in self._slugs or (kind, candidate) in self._standing.terms:
            number = self._next.get((kind, slug), 2)
            self._next[kind, slug] = number + 1
            candidate = f"{slug[: SLUG_LENGTH - 8].rstrip('-')}-{number}"
        return candidate

    def _say(self, term: Term, kind: str, sentence: str) -> None:
        self.lines.append(Line("terms", kind, term.name, sentence))


def _parents_first(terms: tuple[Term, ...]) -> Iterator[Term]:
    by_name = {term.nicename: term for term in terms}
    done: set[str] = set()
    for term in terms:
        line = []
        above: Term | None = term
        while above is not None and above.nicename not in done:
            done.add(above.nicename)
            line.append(above)
            above = by_name.get(above.parent)
        yield from reversed(line)
