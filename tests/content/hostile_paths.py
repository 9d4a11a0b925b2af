"""Which hostile inputs go through which way of writing: the table of docs/security.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.content.html_oracle import attacks
from tests.exchange.hostile import PARTS, TOLD, WHOLE
from tests.media.scene import HOSTILE

ALL = attacks()
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def packed_into(longest: int, fit: Callable[[str], str] = str, most: int = 100) -> list[list[str]]:
    """The inputs in groups that fit together into a field, those too long for it left out."""
    groups: list[list[str]] = [[]]
    for each in filter(None, map(fit, ALL)):
        if len(each) > longest:
            continue
        if sum(len(e) + 1 for e in groups[-1]) + len(each) > longest or len(groups[-1]) == most:
            groups.append([])
        groups[-1].append(each)
    return groups


def bodies() -> Iterator[str]:
    """All of them as bodies, twelve in each: one that never ends swallows few.

    Without what no text may hold: that is refused before anything reads it.
    """
    for start in range(0, len(ALL), 12):
        text = "".join(f"<div>{each}</div>\n" for each in ALL[start : start + 12])
        yield UNSTORABLE.sub("", text)


def as_tag(text: str) -> str:
    return " ".join(text.replace(",", " ").replace("\x00", "").split())


# path: groups of inputs as they are sent; each path is a test of test_hostile_paths.py
TAGS = packed_into(1_900, lambda text: as_tag(text)[:100], most=90)
NAMES = packed_into(200)
LINES = packed_into(500)
WORDS = packed_into(5_000)


def counts() -> dict[str, int]:
    """How many inputs are tried through each path."""
    every = len(ALL)
    return {
        "editor's form, and its preview": every,
        "other fields of the form (title, summary, byline)": _sum(LINES),
        "autosave": every,
        "restore of an old revision": every,
        "merge": every,
        "fields of a type: line, lines, rich text": every,
        "fields of a type: link": every,
        "import: Markdown": every,
        "import: CSV": every,
        "import: WordPress": len(ALL[::3]),
        "import: files and tables made to hurt": len({*WHOLE, *PARTS, *TOLD}),
        "bulk act: tags": _sum(TAGS),
        "comment": _sum(WORDS),
        "comment through a share link": _sum(WORDS),
        "file: name, description, caption": _sum(NAMES),
        "file: what is uploaded": len(HOSTILE),
        "address (slug)": every,
    }


def _sum(groups: list[list[str]]) -> int:
    return sum(map(len, groups))


def table() -> str:
    """The table as it stands in docs/security.md."""
    rows = [f"| {path} | {number} |" for path, number in counts().items()]
    return "\n".join(["| way of writing | hostile inputs |", "|---|---|", *rows])
