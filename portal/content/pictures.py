"""Pictures: read with suspicion, turned upright, written anew without anything but the picture.

Nothing is decoded before its dimensions are known and small enough. One picture at a time is worked
on in a process: each may take a hundred megabytes while it is.
"""

import io
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

from portal.content.problems import Problem

PIXELS = 40_000_000
SIDE = 16_000
FRAMES = 300
SCANS = 100
FORMATS = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP",
    "image/avif": "AVIF",
}  # fmt: skip
WAIT_SECONDS = 30
_FAULTS = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error, KeyError,
           IndexError, TypeError, OverflowError, ZeroDivisionError)  # fmt: skip
Image.MAX_IMAGE_PIXELS = None  # PIXELS stands in its place, and is asked before anything is decoded
_MARKER = re.compile(rb"\xff+([\xc0-\xcf\xd8-\xfe])")
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_turn = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: its bytes and type, and its size in pixels."""

    data: bytes
    mime: str
    width: int
    height: int


def clean_picture(data: bytes, mime: str) -> Picture:
    """Return the picture written anew: upright, in sRGB, without metadata or anything appended.

    A moving GIF keeps moving, AVIF becomes WebP. Raises Problem when it is damaged or too large.
    """
    if mime == "image/jpeg" and _scans(data) > SCANS:
        raise Problem(
            f"The picture comes in more than {SCANS} layers. Save it anew as a plain JPEG."
        )
    with working(), _opened(data, mime) as image:
        frames = getattr(image, "n_frames", 1)
        if frames > 1 and mime == "image/gif":
            return _moving(image, frames)
        upright = _plain(image)
        return _encoded(upright, _kept_as(mime))


def dimensions(data: bytes, mime: str) -> tuple[int, int]:
    """Return width and height as the file's head tells them, and no more of it is read.

    Raises Problem when they are none, or more than is taken.
    """
    if mime == "image/webp":
        size = _webp_size(data)
    else:
        try:
            with Image.open(io.BytesIO(data), formats=[FORMATS[mime]]) as image:
                size = image.size
        except _FAULTS as problem:
            raise _damaged() from problem
    width, height = size
    if width < 1 or height < 1:
        raise _damaged()
    if width * height > PIXELS or max(size) > SIDE:
        raise Problem(
            f"The picture has {width:,} × {height:,} pixels. At most {PIXELS // 10**6} million "
            f"pixels are taken, and {SIDE:,} on a side. Make it smaller."
        )
    return width, height


def _scans(data: bytes) -> int:
    """Count how often a JPEG goes over its picture, up to one more than SCANS.

    Thirty bytes can have all of it gone over once more: a small file could take hours.
    """
    place = found = 0
    while found <= SCANS and (marker := _MARKER.search(data, place)):
        kind, place = marker[1][0], marker.end()
        if kind == _END:
            break
        if kind != _START:
            place += max(2, int.from_bytes(data[place : place + 2]))
        found += kind == _SCAN
    return found


@contextmanager
def working() -> Iterator[None]:
    if not _turn.acquire(timeout=WAIT_SECONDS):
        raise Problem("Many pictures are being worked on. Try again in a minute.")
    try:
        yield
    finally:
        _turn.release()


@contextmanager
def _opened(data: bytes, mime: str) -> Iterator[Image.Image]:
    dimensions(data, mime)
    try:
        with Image.open(io.BytesIO(data), formats=[FORMATS[mime]]) as image:
            yield image
    except Problem:
        raise
    except _FAULTS as problem:
        raise _damaged() from problem


def _damaged() -> Problem:
    return Problem(
        "The picture is damaged or cut off. Open it in a picture program and save it anew."
    )


def _plain(image: Image.Image) -> Image.Image:
    """Return the decoded picture, upright, in sRGB or grey, with alpha where it has any."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    if profile and upright.mode in {"RGB", "RGBA", "CMYK"}:
        upright = _in_srgb(upright, profile)
    plain = upright.convert("RGBA" if has_alpha else "L" if upright.mode in {"1", "L"} else "RGB")
    plain.info = {}
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGB" if image.mode == "CMYK" else image.mode
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _kept_as(mime: str) -> str:
    return {"image/avif": "image/webp", "image/gif": "image/png"}.get(mime, mime)


def _encoded(image: Image.Image, mime: str) -> Picture:
    if mime == "image/jpeg" and image.mode == "RGBA":
        image = image.convert("RGB")
    file = io.BytesIO()
    options: dict[str, dict[str, Any]] = {
        "image/jpeg": {"quality": 88, "progressive": True, "optimize": True},
        "image/png": {"optimize": image.width * image.height < 4_000_000},
        "image/webp": {"quality": 85, "method": 4},
    }
    image.save(file, FORMATS[mime], **options[mime])
    return Picture(file.getvalue(), mime, image.width, image.height)


def _moving(image: Image.Image, frames: int) -> Picture:
    width, height = image.size
    if frames > FRAMES or width * height * frames > 4 * PIXELS:
        raise Problem(
            f"The GIF has {frames:,} pictures of {width:,} × {height:,}. Make it shorter."
        )
    shown, durations = [], []
    for frame in ImageSequence.Iterator(image):
        durations.append(max(20, int(frame.info.get("duration", 100))))
        each = frame.convert("RGBA")
        each.info = {}
        shown.append(each)
    file = io.BytesIO()
    shown[0].save(
        file, "GIF", save_all=True, append_images=shown[1:], duration=durations, loop=0, disposal=2
    )
    return Picture(file.getvalue(), "image/gif", width, height)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read a WebP's size by hand: Pillow makes room for the whole picture to tell it."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        raise _damaged()
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise _damaged()
