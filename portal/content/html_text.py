"""The plain text of clean HTML."""

from __future__ import annotations

import html as entities
import re
import unicodedata

from portal.content import html_policy as policy

_TAG = re.compile(r"</?([a-z][a-z0-9]*)[^>]*>")
_SPACES = re.compile(r"[ \t]{2,}|\t")


def plain(html: str) -> str:
    """The text of a clean body: one line per block, no tags, references decoded."""

    def gap(tag: re.Match[str]) -> str:
        if tag[1] in ("td", "th"):
            return " "
        return "\n" if tag[1] in policy.BLOCKS or tag[1] == "br" else ""

    text = _SPACES.sub(" ", entities.unescape(_TAG.sub(gap, html)))
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
