"""What readers get of files: public addresses in place of the library's, and pictures in all sizes.

A text names a file as the library does. Readers get the public address of what it holds now, with
its digest in it, so that it can be kept for ever; what they may not have is left out.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import count
from urllib.parse import quote

from portal.content.addresses import slug_of
from portal.content.media import Media, MediaVersion
from portal.content.media_list import for_readers
from portal.content.media_types import TYPES
from portal.content.media_uses import ADDRESS, named_in

_TAG = re.compile(r"<(img|a)((?: [a-z]+=\"[^\"<>]*\")*)>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
SOCIAL = "social"
_SIZES = "(max-width: 48rem) 100vw, 48rem"

Rows = Mapping[uuid.UUID, tuple[Media, MediaVersion]]


@dataclass(frozen=True)
class Shelf:
    """The files of an account that readers get, by id. None: a text is shown as it stands.

    `base` is where their addresses begin, at the site where nobody says.
    """

    handle: str
    files: Rows | None = field(default=None)
    base: str | None = None


AS_IT_IS = Shelf("")


def shelf_of(
    handle: str, account_id: uuid.UUID, *bodies: str, base: str | None = None, locked: bool = False
) -> Shelf:
    """Return the files that some texts of an account show to readers. One statement, or none.

    `locked`: the texts are of a page behind a password, for who opened it.
    """
    ids = set[uuid.UUID]().union(*(named_in(body) for body in bodies))
    return Shelf(handle, for_readers(account_id, ids, locked=locked) if ids else {}, base)


def file_name(media: Media, mime: str) -> str:
    """Return what the file is called when it is downloaded: its name as a slug, and its type."""
    return f"{slug_of(media.name)[:80]}.{TYPES.get(mime, ('bin', ''))[0]}"


def steady_address(media: Media, version: MediaVersion) -> str:
    """Return the address on the site that stays when the file is replaced."""
    return f"/media/{media.id}/{file_name(media, version.mime)}"


def public_address(media: Media, version: MediaVersion, size: str = "") -> str:
    """Return the address on the site of what the file holds now, for ever the same bytes."""
    mime = str(version.renditions[size]["mime"]) if size else version.mime
    return f"/media/{media.id}/{tag_of(version, size)}/{file_name(media, mime)}"


def tag_of(version: MediaVersion, size: str = "") -> str:
    """Return what stands in an address for one rendition of one version, or for all of it."""
    if not size:
        return version.digest[:16]
    return f"{str(version.renditions[size]['digest'])[:16]}-{size}"


def illustrate(html: str, shelf: Shelf) -> str:
    """Return a clean text with the addresses that readers get; what they do not get is left out."""
    if shelf.files is None or "/media/" not in html:
        return html
    pictures = count()
    return _TAG.sub(lambda found: _shown(found, shelf, pictures), html)


@dataclass(frozen=True)
class Social:
    """The picture of a social card, with its whole address; sizes of 0 are not known."""

    address: str = ""
    width: int = 0
    height: int = 0


def social_picture(said: str, shelf: Shelf, base: str) -> Social:
    """Return where the picture of a social card stands: of the library, the part cut for cards.

    Nothing for a file of the library that readers do not get. What leads elsewhere stays; `base`
    goes before an address on this host.
    """
    ours = ADDRESS.fullmatch(said.partition("?")[0])
    if ours is None or shelf.files is None:
        where = for_card(said)
        return Social(base + where if where.startswith("/") else where)
    row = shelf.files.get(uuid.UUID(ours[2])) if ours[1] == shelf.handle else None
    if row is None or row[0].kind != "image":
        return Social()
    version = row[1]
    made = version.renditions.get(SOCIAL, {})
    address = _url(shelf, public_address(*row, SOCIAL if made else ""))
    return Social(
        base + address, made.get("width", version.width or 0),
        made.get("height", version.height or 0),
    )  # fmt: skip


def for_card(said: str) -> str:
    """Return the address at which people of the portal see a library's picture as cards cut it."""
    plain = said.partition("?")[0]
    return f"{plain}?size={SOCIAL}" if ADDRESS.fullmatch(plain) else said


def _shown(found: re.Match[str], shelf: Shelf, pictures: Iterator[int]) -> str:
    tag, values = found[1], dict(_ATTRIBUTE.findall(found[2]))
    where = "src" if tag == "img" else "href"
    ours = ADDRESS.fullmatch(unescape(values.get(where, "")).partition("?")[0])
    if ours is None:
        return found[0]
    row = (shelf.files or {}).get(uuid.UUID(ours[2]))
    if row is None or ours[1] != shelf.handle:
        return values.get("alt", "") if tag == "img" else "<a>"
    values[where] = escape(_url(shelf, public_address(*row)))
    if tag == "img" and row[0].kind == "image":
        values = values | _sizes(shelf, *row, values) | _urgency(next(pictures))
    written = "".join(f' {name}="{value}"' for name, value in values.items())
    return f"<{tag}{written}>"


def _sizes(
    shelf: Shelf, media: Media, version: MediaVersion, values: dict[str, str]
) -> dict[str, str]:
    found = _measures(version, values)
    narrow = {name: made for name, made in version.renditions.items() if name.startswith("w")}
    if narrow:
        parts = [
            f"{_url(shelf, public_address(media, version, name))} {made['width']}w"
            for name, made in sorted(narrow.items(), key=lambda item: item[1]["width"])
        ]
        parts.append(f"{_url(shelf, public_address(media, version))} {version.width}w")
        found |= {"srcset": escape(", ".join(parts)), "sizes": _SIZES}
    return found


def _urgency(number: int) -> dict[str, str]:
    """Return how a browser is to load the picture: the first of a text is what readers wait for."""
    if number == 0:
        return {"loading": "eager", "fetchpriority": "high", "decoding": "async"}
    return {"loading": "lazy", "decoding": "async"}


def _measures(version: MediaVersion, values: Mapping[str, str]) -> dict[str, str]:
    """Return width and height as far as the text says neither or only one: nothing moves later."""
    wide, high = version.width, version.height
    if not wide or not high or ("width" in values and "height" in values):
        return {}
    if values.get("width", "").isdecimal():
        return {"height": str(round(high * int(values["width"][:5]) / wide))}
    if values.get("height", "").isdecimal():
        return {"width": str(round(wide * int(values["height"][:5]) / high))}
    return {"width": str(wide), "height": str(high)}


def _url(shelf: Shelf, address: str) -> str:
    base = f"/s/{shelf.handle}" if shelf.base is None else shelf.base
    return f"{base}{quote(address)}"
