"""Services whose videos, sounds and maps may be named: always as a link, never as a frame."""

from __future__ import annotations

import html as entities
import re
from urllib.parse import parse_qs, urlsplit

SERVICES = {
    "youtube.com": "YouTube",
    "youtube-nocookie.com": "YouTube",
    "youtu.be": "YouTube",
    "vimeo.com": "Vimeo",
    "dailymotion.com": "Dailymotion",
    "soundcloud.com": "SoundCloud",
    "open.spotify.com": "Spotify",
    "openstreetmap.org": "OpenStreetMap",
    "archive.org": "Internet Archive",
    "ted.com": "TED",
}
_ID = r"/([A-Za-z0-9_-]{1,64})"
_FRAMES = (
    (re.compile(rf"(?:www\.)?youtube(?:-nocookie)?\.com/embed{_ID}"),
     "https://www.youtube.com/watch?v={}"),
    (re.compile(rf"player\.vimeo\.com/video{_ID}"), "https://vimeo.com/{}"),
    (re.compile(rf"(?:www\.)?dailymotion\.com/embed/video{_ID}"),
     "https://www.dailymotion.com/video/{}"),
    (re.compile(rf"(?:www\.)?archive\.org/embed{_ID}"), "https://archive.org/details/{}"),
    (re.compile(r"open\.spotify\.com/embed/((?:track|album|episode|show|playlist)/[A-Za-z0-9]+)"),
     "https://open.spotify.com/{}"),
    (re.compile(r"embed\.ted\.com/talks/([a-z0-9_]+)"), "https://www.ted.com/talks/{}"),
)  # fmt: skip


def service_of(url: str) -> str | None:
    """The name of the service a link leads to, or None when it is not on the list."""
    try:
        parts = urlsplit(entities.unescape(url))
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.username is not None:
        return None
    return SERVICES.get(host)


def link_of(frame: str) -> str | None:
    """The address to read instead of a frame's, or None when its service is not on the list."""
    frame = f"https:{frame}" if frame.startswith("//") else frame.strip()
    if not re.match(r"https?://", frame):
        return None
    bare = re.sub(r"^https?://", "", frame)
    for pattern, page in _FRAMES:
        if found := pattern.match(bare):
            return page.format(found[1])
    parts = urlsplit(frame)
    if parts.hostname == "w.soundcloud.com":
        inner = parse_qs(parts.query).get("url", [""])[0]
        return inner if service_of(inner) else None
    return None
