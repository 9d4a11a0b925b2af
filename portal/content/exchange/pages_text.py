"""One Markdown file with its front matter → an Item."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from portal.content.exchange import front_matter
from portal.content.exchange.front_matter import FrontMatter
from portal.content.exchange.markdown_read import GAPS, Spacing, TooTangled, to_html
from portal.content.exchange.model import Item, Unfit
from portal.content.exchange.texts import decoded
from portal.content.exchange.values import item_of

FILE_BYTES = 3_000_000
_HEADING = re.compile(r"\s*#[ \t]+([^\n]+)\n*")
_DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})-(.+)")
_INDEX = frozenset({"index", "_index"})
_POSTS = frozenset({"posts", "_posts", "blog"})
_SAME_AS = {
    "date": "published", "lastmod": "", "author": "byline", "summary": "excerpt",
    "description": "excerpt", "aliases": "former addresses", "category": "categories",
    "weight": "position", "tag": "tags",
}  # fmt: skip
"""What other tools call it."""


def item_from_markdown(path: str, data: bytes, spent: Counter[str]) -> Item:
    """Return the page that a file says. Raises Unfit."""
    text = decoded(data)
    before, rest = front_matter.split(text)
    said = front_matter.read(before) if before.strip() else FrontMatter({}, {})
    values = _named(said)
    typed = _named({name: said.typed(name) for name in said})
    rest = rest.removeprefix("\n")
    if "title" not in values:
        heading = _HEADING.match(rest)
        rest = rest[heading.end() :] if heading else rest
        typed["title"] = heading[1].strip(" #\t") if heading else _undated(path)
    _fill(path, values, typed)
    return item_of(path, path, path, values, _body(said, rest, spent), typed=typed.get)


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name.casefold().replace("_", " "): value for name, value in values.items()}
    others = {ours: found[name] for name, ours in _SAME_AS.items() if ours and name in found}
    if found.get("draft") in {False, "false"} and "state" not in found:
        others["state"] = "live"
    return others | found


def _fill(path: str, values: dict[str, Any], typed: dict[str, Any]) -> None:
    folder = posixpath.dirname(path)
    dated = _DATED.fullmatch(_stem(path))
    if "type" not in values and _POSTS & set(folder.split("/")):
        values["type"] = typed["type"] = "post"
    if not typed.get("slug"):
        values["slug"] = typed["slug"] = _undated(path)
    if dated and "published" not in values:
        values["published"] = typed["published"] = dated[1]


def _undated(path: str) -> str:
    dated = _DATED.fullmatch(_stem(path))
    return dated[2] if dated else _stem(path)


def _stem(path: str) -> str:
    stem = posixpath.splitext(posixpath.basename(path))[0]
    return posixpath.basename(posixpath.dirname(path)) or stem if stem in _INDEX else stem


def _body(said: FrontMatter, text: str, spent: Counter[str]) -> str:
    if said.get("format") == "html":
        return text.removesuffix("\n")
    spacing: Spacing = next((each for each in GAPS if each == said.get("spacing")), "lines")
    try:
        return to_html(text, spacing, spent)
    except TooTangled as problem:
        raise Unfit(str(problem)) from problem
    except RecursionError as problem:
        raise Unfit("Its text is nested too deep to be read.") from problem
