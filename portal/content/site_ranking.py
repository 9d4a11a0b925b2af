"""Which of the pages found readers want first: those whose title says it, then the newer ones."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.content.places import BadPlace, Place
from portal.content.places import parse as parse_place
from portal.content.search_index import WORDS, words_in

_MARK = "r"


@dataclass(frozen=True, order=True)
class Ranked:
    """A page found: how well its title fits, since when it is live, and its id."""

    rank: int
    at: datetime
    id: uuid.UUID

    @property
    def place(self) -> Place:
        """Return where it stands among all by time."""
        return Place(self.at, self.id)


@dataclass(frozen=True)
class Further:
    """Where what fits less well goes on: after a page, among those not older than `oldest`.

    What is older was not ranked and comes at the end, by time; without `oldest` all was ranked.
    """

    last: Ranked
    oldest: Place | None = None

    def __str__(self) -> str:
        parts = [f"{_MARK}{self.last.rank}", f"{self.last.place}"]
        return ".".join([*parts, f"{self.oldest}"] if self.oldest else parts)


def parse(text: str) -> Further | Place:
    """Return what `str` made of a place among the ranked, or after them. Raises BadPlace."""
    if not text.startswith(_MARK):
        return parse_place(text)
    rank, *rest = text.removeprefix(_MARK).split(".")
    if rank not in {"0", "1", "2", "3", "4"} or not 1 <= len(rest) <= 2:
        raise BadPlace(text[:80])
    last, *oldest = map(parse_place, rest)
    return Further(Ranked(int(rank), last.at, last.id), oldest[0] if oldest else None)


def rank_of(title: str, words: Sequence[str]) -> int:
    """Return how well a title fits what was asked for.

    4: it says just that. 3: all the words stand in it. 2: words in it begin with all of them.
    1: with some. 0: it has nothing of it.
    """
    said, wanted = words_in(title), list(words[:WORDS])
    if said == wanted:
        return 4
    begun = sum(any(each.startswith(word) for each in said) for word in wanted)
    if begun == len(wanted):
        return 3 if set(wanted) <= set(said) else 2
    return 1 if begun else 0


def in_order(found: Iterable[Ranked], after: Further | None) -> list[Ranked]:
    """Return what was found, the best first, only what comes after a place if there is one."""
    ranked = sorted(found, reverse=True)
    return ranked if after is None else [each for each in ranked if each < after.last]
