"""The plain text of clean HTML."""

from __future__ import annotations

import html as entities
import re
import unicodedata

from portal.content import html_policy as policy

_TAG = re.compile(r"</?[a-z][^>]*>")
_BREAKS = "|".join(sorted(policy.BLOCKS - {"td", "th"} | {"br"}))
_CELL = re.compile(r"</?t[dh](?![a-z0-9])[^>]*>")
_LINE = re.compile(rf"</?(?:{_BREAKS})(?![a-z0-9])[^>]*>")


def plain(html: str) -> str:
    """The text of a clean body: one line per block, no tags, references decoded."""

    text = _TAG.sub("", _LINE.sub("\n", _CELL.sub(" ", html)))
    text = entities.unescape(text).replace("\t", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    lines = (line.strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def joins(before: str, after: str) -> bool:
    """Whether a cut between these two would break one written character."""
    joiners = "\u200d\ufe0f\ufe0e"
    return (
        after in joiners
        or before == "\u200d"
        or unicodedata.category(after) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")
    )
