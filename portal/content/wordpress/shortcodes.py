"""WordPress shortcodes: ``[name attribute="value"]`` and ``[name]…[/name]`` in a text.

What is a shortcode and what is only text in brackets is decided thus. A bracket is a shortcode
when its name is one that WordPress itself knows (``KNOWN``), or when the body also closes it
(``[name]…[/name]``), or when it has an attribute ``key=value`` or an address, or ends in ``/]``.
So ``[sic]``, ``[1]`` and ``[simple boat]`` are text. ``[[name]]`` is WordPress's way to write
a shortcode's text and becomes ``[name]``. Nothing in <pre> or <code> or inside a tag counts.

A caption becomes a figure, a gallery its images, a player a link. All others stay as text,
where the reader can see them, and are listed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.content.html_policy import names
from portal.content.html_writer import escape
from portal.content.wordpress.links import figure, file_name, link, web_address
from portal.content.wordpress.losses import Losses
from portal.content.wordpress.media import Media

KNOWN = names("caption wp_caption gallery playlist audio video embed")

_SHORTCODE = re.compile(
    r"(?P<before>\[?)\[(?P<closing>/?)(?P<name>[A-Za-z][A-Za-z0-9_-]{0,60})(?=[\s\]/=])"
    r"(?P<rest>(?:[^\[\]\"']|\"[^\"]*\"|'[^']*'){0,2000}?)(?P<self>/?)\](?P<after>\]?)"
)
_CLOSING = re.compile(r"\[/([A-Za-z][A-Za-z0-9_-]{0,60})\]")
_MARKUP = re.compile(
    r"<(/?)(pre|code|script|style)\b[^<>]*>|<!--|<[/a-zA-Z!?][^<>]*>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"""([A-Za-z_][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))|"([^"]*)"|'([^']*)'|(\S+)"""
)
_IMAGE = re.compile(r"((?:<a [^<>]*>\s*)?<img [^<>]*>(?:\s*</a>)?)", re.IGNORECASE)
_FILES = ("src", "mp3", "m4a", "ogg", "wav", "wma", "mp4", "m4v", "webm", "ogv", "wmv", "flv")


@dataclass(frozen=True, slots=True)
class Shortcode:
    """One bracket: where it is, its name, its attributes and what stands without a key."""

    start: int
    end: int
    name: str
    closing: bool
    escaped: bool
    closed_itself: bool
    attributes: dict[str, str]
    values: tuple[str, ...]
    source: str


def closed_names(text: str) -> frozenset[str]:
    """The names that a body closes somewhere."""
    return frozenset(_CLOSING.findall(text))


def convert(text: str, media: Media, losses: Losses, closed: frozenset[str]) -> str:
    """The text with its shortcodes carried over where that can be done; the rest is listed."""
    codes = list(_shortcodes(text))
    ends = {index: _end_of(codes, index) for index, code in enumerate(codes)}
    out: list[str] = []
    position = 0
    for index, code in enumerate(codes):
        if code.start < position:
            continue
        if code.escaped:
            out += [text[position : code.start], code.source[1:-1]]
            position = code.end
            continue
        end = ends[index]
        inner = text[code.end : end.start] if end else ""
        replaced = _carried(code, inner, media, losses)
        if replaced is not None:
            out += [text[position : code.start], replaced]
            position = end.end if end else code.end
        elif _counts(code, closed):
            losses.add("shortcode", code.name, f"The shortcode [{code.name}] stays as text")
    out.append(text[position:])
    return "".join(out)


def _shortcodes(text: str) -> Iterator[Shortcode]:
    if "[" not in text:
        return
    closed_areas = list(_areas(text))
    area = 0
    for found in _SHORTCODE.finditer(text):
        while area < len(closed_areas) and closed_areas[area][1] <= found.start():
            area += 1
        if area < len(closed_areas) and closed_areas[area][0] <= found.start():
            continue
        yield _shortcode(found)


def _areas(text: str) -> Iterator[tuple[int, int]]:
    """Where no shortcode counts: tags, comments, <pre>, <code>, <script>, <style>."""
    position, depth, begin = 0, 0, 0
    while found := _MARKUP.search(text, position):
        position = found.end()
        if found[0] == "<!--":
            end = text.find("-->", position)
            position = end + 3 if end >= 0 else len(text)
        elif found[2]:
            begin = found.start() if depth == 0 else begin
            depth = max(depth - 1, 0) if found[1] else depth + 1
            if depth == 0:
                yield begin, position
            continue
        if depth == 0:
            yield found.start(), position
    if depth:
        yield begin, len(text)


def _shortcode(found: re.Match[str]) -> Shortcode:
    attributes: dict[str, str] = {}
    values: list[str] = []
    for key, *forms in _ATTRIBUTE.findall(html.unescape(found["rest"])):
        value = next(filter(None, forms), "")
        if key:
            attributes[key.lower()] = value
        elif value:
            values.append(value)
    escaped = bool(found["before"] and found["after"])
    start = found.start() if escaped else found.start() + len(found["before"])
    end = found.end() if escaped else found.end() - len(found["after"])
    return Shortcode(
        start=start,
        end=end,
        name=found["name"],
        closing=bool(found["closing"]),
        escaped=escaped,
        closed_itself=bool(found["self"]),
        attributes=attributes,
        values=tuple(values),
        source=found.string[start:end],
    )


def _end_of(codes: list[Shortcode], index: int) -> Shortcode | None:
    """The bracket that closes this one, for WordPress's own enclosing shortcodes."""
    code = codes[index]
    if code.name not in KNOWN or code.closing or code.escaped or code.closed_itself:
        return None
    for later in codes[index + 1 : index + 50]:
        if later.name == code.name:
            return later if later.closing else None
    return None


def _counts(code: Shortcode, closed: frozenset[str]) -> bool:
    if code.closing:
        return False
    has_address = any(web_address(value) for value in code.values)
    named = code.name in KNOWN or code.name in closed
    return named or bool(code.attributes) or has_address or code.closed_itself


def _carried(code: Shortcode, inner: str, media: Media, losses: Losses) -> str | None:
    """The HTML for a shortcode, or None when it stays as it is."""
    if code.closing:
        return None
    if code.name in ("caption", "wp_caption"):
        return _caption(code, inner)
    if code.name in ("gallery", "playlist"):
        return _gallery(code, media, losses)
    if code.name in ("audio", "video", "embed"):
        return _player(code, inner, losses)
    return None


def _caption(code: Shortcode, inner: str) -> str | None:
    image = _IMAGE.search(inner)
    if image is None:
        return None
    said = escape(code.attributes.get("caption", "")) or (
        inner[: image.start()] + inner[image.end() :]
    )
    side = code.attributes.get("align", "")
    css = f' class="{escape(side)}"' if side else ""
    return f"\n\n<figure{css}>{image[1]}<figcaption>{said.strip()}</figcaption></figure>\n\n"


def _gallery(code: Shortcode, media: Media, losses: Losses) -> str | None:
    ids = code.attributes.get("ids") or code.attributes.get("include") or ""
    files = media.listed(ids) if ids else media.own()
    if not files:
        return None
    what = "images" if code.name == "gallery" else "links to its files"
    losses.add(
        "shortcode", code.name, f"The shortcode [{code.name}] became its {what}, without layout"
    )
    if code.name == "playlist":
        items = "".join(f"<li>{link(file.url, file.title or file.filename)}</li>" for file in files)
        return f"\n\n<ul>{items}</ul>\n\n"
    figures = (figure(file.url, file.alt or file.title, file.caption) for file in files)
    return "\n\n" + "\n".join(figures) + "\n\n"


def _player(code: Shortcode, inner: str, losses: Losses) -> str | None:
    named = [code.attributes[key] for key in _FILES if key in code.attributes]
    found = filter(None, map(web_address, [*named, *code.values, inner.strip()]))
    url = next(found, "")
    if not url:
        return None
    losses.add("embed", code.name, f"The shortcode [{code.name}] became a link")
    return f"\n\n<p>{link(url, '' if code.name == 'embed' else file_name(url))}</p>\n\n"
