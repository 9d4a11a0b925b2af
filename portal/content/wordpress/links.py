"""Files and players of other sites as plain links: nothing is fetched and nothing is embedded."""

from __future__ import annotations

import html
import re

from portal.content.html_policy import IMAGE_SCHEMES, address
from portal.content.html_writer import escape
from portal.content.wordpress.losses import Losses

_PLAYER = re.compile(r"<(iframe|video|audio|embed|source)\b([^<>]*)>", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
IMAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|ico)$", re.IGNORECASE)


def web_address(value: str) -> str:
    """The absolute http or https address in a text, or an empty string."""
    value = address(html.unescape(value), IMAGE_SCHEMES) or ""
    return value if re.match(r"https?://", value, re.IGNORECASE) else ""


def link(url: str, label: str = "") -> str:
    """A link; its text is the label, or the address itself."""
    return f'<a href="{escape(url)}">{escape(label or url)}</a>'


def file_name(url: str) -> str:
    """The last part of an address, for people."""
    return re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/").rpartition("/")[2] or url


def figure(url: str, alt: str = "", caption: str = "") -> str:
    """An image with its text alternative and, if any, a caption (plain text)."""
    said = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img src="{escape(url)}" alt="{escape(alt)}">{said}</figure>'


def players_to_links(text: str, losses: Losses) -> str:
    """Frames, films and sounds written as HTML become links to what they show."""
    waiting = False

    def replace(found: re.Match[str]) -> str:
        nonlocal waiting
        tag = found[1].lower()
        source = _SOURCE.search(found[2])
        url = web_address(next(filter(None, source.groups()), "")) if source else ""
        if tag == "source" and not waiting:
            return ""
        waiting = not url and tag in ("video", "audio")
        if not url:
            if tag not in ("video", "audio", "source"):
                losses.add(
                    "media", tag, f"A frame or player <{tag}> without a web address is left out"
                )
            return ""
        losses.add("media", tag, f"A frame or player <{tag}> became a link to what it shows")
        return link(url, "" if tag in ("iframe", "embed") else file_name(url))

    return _PLAYER.sub(replace, text)
