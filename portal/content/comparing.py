"""Two texts side by side in words: which fields differ, and in each field which words."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from portal.content import clean_html
from portal.content.drafting import Text
from portal.content.sequences import Step, steps
from portal.content.values import (
    MISSING,
    NO_LABELS,
    Wording,
    keys_of,
    label_of,
    plain,
    values_of,
)

Kind = Literal["same", "gone", "new"]
CELLS = 1_000_000
AROUND = 1
MOST_SHOWN = 400
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LIKENESS = 0.25


@dataclass(frozen=True)
class Span:
    """A stretch of a line that stands on both sides, or on one."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Line:
    """A paragraph with its spans; with `skipped` it stands for that many equal paragraphs."""

    spans: tuple[Span, ...] = ()
    skipped: int = 0

    @property
    def changed(self) -> bool:
        """Tell whether the two sides differ here."""
        return any(span.kind != "same" for span in self.spans)


@dataclass(frozen=True)
class FieldChange:
    """A field that differs. `as_html` says that only its markup does: the lines show that then."""

    key: str
    label: str
    lines: tuple[Line, ...]
    as_html: bool = False

    @property
    def cut(self) -> bool:
        """Tell whether there is more than is shown."""
        return len(self.lines) >= MOST_SHOWN


def compare(
    before: Text, after: Text, account_id: uuid.UUID, labels: Mapping[str, str] = NO_LABELS
) -> list[FieldChange]:
    """Return the fields in which two texts of an account differ. Two statements at most.

    `labels` are what the type of the page calls its fields.
    """
    wording = Wording((before, after), account_id)
    left, right = values_of(before), values_of(after)
    changes = []
    for key in keys_of(before, after):
        old, new = left.get(key, MISSING), right.get(key, MISSING)
        said = [_told(key, value, wording) for value in (old, new)]
        change = change_between(
            key, label_of(key, labels), said[0], said[1], rich=is_rich(key, *said)
        )
        changes += [change] if change else []
    return changes


def _told(key: str, value: object, wording: Wording) -> str:
    return value if key == "body" and isinstance(value, str) else wording.say(key, value)


def is_rich(key: str, *texts: str) -> bool:
    """Tell whether a field's texts are HTML: the body, and further fields with nothing else."""
    if key == "body":
        return True
    said = [text for text in texts if text]
    return bool(said) and all(text[:1] == "<" and clean_html.is_clean(text) for text in said)


def change_between(
    key: str, label: str, before: str, after: str, *, rich: bool = False
) -> FieldChange | None:
    """Return how a field's text changed, or None. `rich` says that it is HTML."""
    if before == after:
        return None
    said = (plain(before), plain(after)) if rich else (before, after)
    if said[0] != said[1]:
        return FieldChange(key, label, lines_of(*said))
    html = [value.replace("><", ">\n<") for value in (before, after)]
    return FieldChange(key, label, lines_of(html[0], html[1]), as_html=True)


def lines_of(before: str, after: str) -> tuple[Line, ...]:
    """Return the way from one text to the other by paragraphs, changed ones word by word."""
    old, new = before.split("\n"), after.split("\n")
    ways = steps(old, new)
    found: list[Line] = []
    for step in ways:
        if step.same:
            found += _same(old[step.a : step.b], first=step is ways[0], last=step is ways[-1])
        else:
            left, right = "\n".join(old[step.a : step.b]), "\n".join(new[step.c : step.d])
            found.append(Line(tuple(spans_of(left, right, CELLS // len(ways)))))
    return tuple(found[:MOST_SHOWN])


def spans_of(before: str, after: str, cells: int = CELLS) -> list[Span]:
    """Return the way from one text to the other word by word; unlike texts stay whole."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    ways = steps(old, new, cells)
    same = sum(len("".join(old[s.a : s.b]).strip()) for s in ways if s.same)
    if same < _LIKENESS * min(len(before), len(after)):
        ways = [Step(False, 0, len(old), 0, len(new))]
    return [span for step in ways for span in _spans(step, old, new) if span.text]


def _spans(step: Step, old: list[str], new: list[str]) -> Iterator[Span]:
    if step.same:
        yield Span("same", "".join(old[step.a : step.b]))
    else:
        yield Span("gone", "".join(old[step.a : step.b]))
        yield Span("new", "".join(new[step.c : step.d]))


def _same(lines: list[str], *, first: bool, last: bool) -> Iterator[Line]:
    """Yield equal paragraphs, those far from every change as one that says how many they are."""
    before, after = 0 if first else AROUND, 0 if last else AROUND
    if len(lines) <= before + after + 1:
        yield from (_line(text) for text in lines)
        return
    yield from (_line(text) for text in lines[:before])
    yield Line(skipped=len(lines) - before - after)
    yield from (_line(text) for text in lines[len(lines) - after :])


def _line(text: str) -> Line:
    return Line((Span("same", text),))
