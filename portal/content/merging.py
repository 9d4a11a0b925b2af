"""Three-way merge: what two people made of one text, field by field, the body by paragraphs."""

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from portal.content import html_policy
from portal.content.drafting import Text
from portal.content.sequences import steps
from portal.content.values import MISSING, NO_LABELS, keys_of, label_of, text_from, values_of

State = Literal["mine", "theirs", "both", "overlap", "conflict"]
Choice = Literal["mine", "theirs", "merged", "hand"]
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
_NOT_SPACE = re.compile(r"\S")
_Group = tuple[int, int, list[str], list[str]]
"""From where to where the base was changed, and what each side has there."""


@dataclass(frozen=True)
class FieldMerge:
    """A field in which mine and theirs differ, and what can be made of it.

    `state`: only `mine` or `theirs` changed it; `both` did and `merged` holds both changes;
    `overlap`: `merged` holds both versions of what both changed, one after the other, `overlaps`
    times; `conflict`: one has to be chosen, `merged` is MISSING. `label` is what people call it.
    """

    key: str
    state: State
    base: Any
    mine: Any
    theirs: Any
    merged: Any
    overlaps: int = 0
    label: str = ""

    @property
    def by_hand(self) -> bool:
        """Tell whether it can be written by hand: a text can."""
        return isinstance(self.mine, str) and isinstance(self.theirs, str)

    @property
    def suggested(self) -> Choice | None:
        """Return what loses nothing, or None when somebody has to choose."""
        if self.state in ("mine", "theirs"):
            return self.state
        return None if self.state == "conflict" else "merged"


@dataclass(frozen=True)
class Merge:
    """All fields in which mine and theirs differ, over what both have in common."""

    fields: tuple[FieldMerge, ...]
    theirs: Text

    def outcome(self, chosen: Mapping[str, Choice], by_hand: Mapping[str, str]) -> Text:
        """Return the text that the choices make.

        Raises KeyError(key) where one is missing, or is by hand for what nobody writes by hand.
        """
        values = values_of(self.theirs)
        for field in self.fields:
            choice = chosen.get(field.key) or field.suggested
            written = by_hand.get(field.key) if field.by_hand else None
            value = written if choice == "hand" else _side(field, choice)
            if (value is None and choice == "hand") or (value is MISSING and choice == "merged"):
                raise KeyError(field.key)
            values[field.key] = value
        return text_from(values)


def merge(base: Text, mine: Text, theirs: Text, labels: Mapping[str, str] = NO_LABELS) -> Merge:
    """Merge two texts that were made of one; all three as they are stored.

    `labels` are what the type of the page calls its fields.
    """
    sides = values_of(base), values_of(mine), values_of(theirs)
    fields = []
    for key in keys_of(theirs, mine, base):
        old, ours, other = (side.get(key, MISSING) for side in sides)
        if ours != other:
            field = _field(key, old, ours, other)
            fields.append(replace(field, label=label_of(key, labels)))
    return Merge(tuple(fields), theirs)


def _side(field: FieldMerge, choice: Choice | None) -> Any:
    if choice is None:
        raise KeyError(field.key)
    return {"mine": field.mine, "theirs": field.theirs, "merged": field.merged}[choice]


def _field(key: str, base: Any, mine: Any, theirs: Any) -> FieldMerge:
    if theirs == base:
        return FieldMerge(key, "mine", base, mine, theirs, mine)
    if mine == base:
        return FieldMerge(key, "theirs", base, mine, theirs, theirs)
    if key == "terms":
        old, ours, other = set(base or ()), set(mine), set(theirs)
        together = tuple(sorted((ours & other) | (ours - old) | (other - old)))
        return FieldMerge(key, "both", base, mine, theirs, together)
    if key == "body":
        merged, overlaps = merge_bodies(base or "", mine, theirs)
        state: State = "overlap" if overlaps else "both"
        return FieldMerge(key, state, base, mine, theirs, merged, overlaps)
    return FieldMerge(key, "conflict", base, mine, theirs, MISSING)


def merge_bodies(base: str, mine: str, theirs: str) -> tuple[str, int]:
    """Merge clean bodies by paragraphs; where both changed the same ones, keep both versions.

    Returns the body, and how many times both changed the same. What stands in all three stays.
    """
    if theirs in (mine, base):
        return mine, 0
    if mine == base:
        return theirs, 0
    old, ours, other = blocks_of(base), blocks_of(mine), blocks_of(theirs)
    groups = list(_groups(old, ours, other))
    merged, overlaps = _put_together(old, groups)
    everywhere = set(_keys(old)) & set(_keys(ours)) & set(_keys(other))
    if lost := everywhere - set(_keys(merged)):
        # It stood there twice, and each side took another one away: neither meant both.
        merged, overlaps = _put_together(old, groups, lost)
        overlaps += 1
    return _together(merged), overlaps


def _put_together(
    old: list[str], groups: Sequence[_Group], kept: Collection[str] = ()
) -> tuple[list[str], int]:
    """Return the blocks, and how many times both changed the same; theirs takes no `kept` away."""
    merged, overlaps, at = [], 0, 0
    for start, end, my_part, their_part in groups:
        merged += old[at:start]
        at = end
        untouched = _keys(old[start:end])
        if _keys(my_part) == _keys(their_part) or _keys(their_part) == untouched:
            merged += my_part
        elif _keys(my_part) == untouched:
            merged += their_part
            merged += [block for block in old[start:end] if block.strip() in kept]
        else:
            merged += [*my_part, *their_part]
            overlaps += 1
    return [*merged, *old[at:]], overlaps


def blocks_of(body: str) -> list[str]:
    """Return a clean body cut into its outermost paragraphs, lists, tables…; joined, it is whole.

    Blank space belongs to the block before it.
    """
    cuts, depth = {0, len(body)}, 0
    for tag in _TAG.finditer(body):
        closing, name = tag[1] == "/", tag[2]
        outermost = name in html_policy.BLOCKS
        if depth == 0 and outermost and not closing:
            cuts.add(tag.start())
        if name not in html_policy.VOID:
            depth += -1 if closing else 1
        if depth == 0 and outermost:
            cuts.add(_past_space(body, tag.end()))
    places = sorted(cuts)
    return [body[a:b] for a, b in itertools.pairwise(places)]


def _past_space(body: str, place: int) -> int:
    found = _NOT_SPACE.search(body, place)
    return found.start() if found else len(body)


def _together(blocks: Sequence[str]) -> str:
    """Join blocks; two that are bare text are kept apart, as two words are."""
    joined: list[str] = []
    for block in blocks:
        if joined and _is_bare(joined[-1]) and _is_bare(block):
            joined.append("\n")
        joined.append(block)
    return "".join(joined)


def _is_bare(block: str) -> bool:
    tag = _TAG.match(block)
    return tag is None or tag[2] not in html_policy.BLOCKS


@dataclass(frozen=True)
class _Edit:
    """`base[start:end]` became `new`."""

    start: int
    end: int
    new: tuple[str, ...]
    is_mine: bool


def _groups(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[_Group]:
    """Yield stretches of the base that were changed, with what each side has there."""
    edits = [*_edits(base, mine, is_mine=True), *_edits(base, theirs, is_mine=False)]
    group: list[_Edit] = []
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if group and not _meets(group, edit):
            yield _group(base, group)
            group = []
        group.append(edit)
    if group:
        yield _group(base, group)


def _edits(base: list[str], side: list[str], *, is_mine: bool) -> list[_Edit]:
    return [
        _Edit(step.a, step.b, tuple(side[step.c : step.d]), is_mine)
        for step in steps(_keys(base), _keys(side))
        if not step.same
    ]


def _meets(group: Sequence[_Edit], edit: _Edit) -> bool:
    """Tell whether an edit overlaps a group; two that touch do when one only puts in."""
    return any(
        edit.start < each.end or (edit.start == each.end and each.end in (each.start, edit.end))
        for each in group
    )


def _group(base: list[str], group: list[_Edit]) -> tuple[int, int, list[str], list[str]]:
    start, end = min(each.start for each in group), max(each.end for each in group)
    sides: list[list[str]] = []
    for is_mine in (True, False):
        part, at = [], start
        for edit in (each for each in group if each.is_mine == is_mine):
            part += [*base[at : edit.start], *edit.new]
            at = edit.end
        sides.append([*part, *base[at:end]])
    return start, end, sides[0], sides[1]


def _keys(blocks: Sequence[str]) -> list[str]:
    """Return what blocks are compared by: without the blank space around them."""
    return [block.strip() for block in blocks]
