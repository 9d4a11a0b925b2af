"""Titles, slugs and addresses of an export in forms that are safe to use."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from urllib.parse import quote, unquote, urlsplit

from portal.content.clean_html import TooDeep, text_of
from portal.content.html_policy import trim_address
from portal.content.html_writer import readable

MAX_SLUG = 120
_GAPS = re.compile(r"[\t\n ]+")


def plain_text(value: str) -> str:
    """The text of a title or name that may hold HTML: tags go, their text stays.

    White space is joined and trimmed; every other code point is kept.
    """
    value = readable(value)
    if "<" in value or "&" in value:
        with suppress(TooDeep):
            value = text_of(value)
    return _GAPS.sub(" ", value).strip(" ")


def slug_of(source: str, *stand_ins: str) -> str:
    """An address part made of letters, marks and digits of any script, joined by hyphens.

    Direction marks, joiners, emoji and punctuation are left out. When nothing stays, the first
    of ``stand_ins`` that gives something is used. The result is what the portal itself would
    make of it, so that a slug read here is not changed again when it is stored.
    """
    for candidate in (source, *stand_ins):
        text = unicodedata.normalize("NFKC", candidate).casefold()
        joined = re.sub(r"-{2,}", "-", "".join(map(_slug_mark, text))).strip("-")
        slug = unicodedata.normalize("NFKC", joined)[:MAX_SLUG].strip("-")
        if slug:
            return slug
    return "untitled"


def _slug_mark(mark: str) -> str:
    category = unicodedata.category(mark)
    if category[0] in "LMN":
        return mark
    return "" if category == "Cf" or mark in "'\u2019" else "-"


def decoded(value: str) -> str:
    """A percent-encoded slug or nicename as people read it; bad sequences stay as they are."""
    value = value.strip()
    if "%" not in value:
        return value
    try:
        return readable(unquote(value, errors="strict"))
    except UnicodeDecodeError:
        return value


def path_of(link: str) -> str:
    """Path and query of an address as a browser sends them, or "" if it has no path.

    Percent-encoded ASCII; repeated slashes are one slash.
    """
    try:
        parts = urlsplit(trim_address(link))
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    path = re.sub(r"/{2,}", "/", parts.path) or "/"
    query = f"?{quote(parts.query, safe=_QUERY_SAFE)}" if parts.query else ""
    return quote(path, safe=_PATH_SAFE, errors="replace") + query


_PATH_SAFE = "/%:@!$&'()*+,;=~"
_QUERY_SAFE = _PATH_SAFE + "?"
