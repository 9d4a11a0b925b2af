"""What a file is, told from its bytes: never from its name, never from what a browser claims."""

import csv
import io
import re

from portal.content.media_archives import check_archive
from portal.content.problems import Problem

TYPES: dict[str, tuple[str, str]] = {
    "image/jpeg": ("jpg", "JPEG pictures"),
    "image/png": ("png", "PNG pictures"),
    "image/gif": ("gif", "GIF pictures"),
    "image/webp": ("webp", "WebP pictures"),
    "image/avif": ("avif", "AVIF pictures"),
    "application/pdf": ("pdf", "PDF documents"),
    "application/zip": ("zip", "ZIP archives"),
    "audio/mpeg": ("mp3", "MP3 audio"),
    "video/mp4": ("mp4", "MP4 video"),
    "text/csv": ("csv", "CSV tables"),
    "text/plain": ("txt", "plain texts"),
}
"""Type → how its file name ends, and what people call it."""
_STARTS = {
    b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF87a": "image/gif",
    b"GIF89a": "image/gif", b"%PDF-": "application/pdf", b"PK\x03\x04": "application/zip",
    b"PK\x05\x06": "application/zip",
}  # fmt: skip
_VIDEO = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"}
_SVG = re.compile(rb"<(?:[\w-]+:)?svg[\s>/]", re.IGNORECASE)
_MARKUP = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype|\?xml|\?php|%|html|head|body|script|svg|iframe|style|xsl)",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
READ = 64 * 1024


def kind_of(mime: str) -> str:
    """Return `image` for a picture and `file` for anything else."""
    return "image" if mime.startswith("image/") else "file"


def sniff(data: bytes) -> str:
    """Return the type of a file, one of TYPES. Raises Problem with what is wrong with it."""
    if not data:
        raise Problem("The file is empty: it has 0 bytes.")
    found = _by_signature(data) or _text(data)
    if found == "application/zip":
        check_archive(data)
    return found


def _by_signature(data: bytes) -> str:
    for start, mime in _STARTS.items():
        if data.startswith(start):
            return _pdf(data) if mime == "application/pdf" else mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _boxes(data[8:12])
    return "audio/mpeg" if _is_mp3(data) else ""


def _boxes(brand: bytes) -> str:
    if brand in {b"avif", b"avis"}:
        return "image/avif"
    if brand in _VIDEO:
        return "video/mp4"
    raise Problem("This kind of video or picture is not taken. Save it as MP4 or JPEG.")


def _pdf(data: bytes) -> str:
    if b"%%EOF" not in data[-2048:]:
        raise Problem("The PDF is cut off: its end is missing. Export it again.")
    return "application/pdf"


def _is_mp3(data: bytes) -> bool:
    if data[:3] == b"ID3":
        return True
    return (
        len(data) > 4 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2 and data[2] >> 4 not in {0, 15}
    )


def _text(data: bytes) -> str:
    start = data[:READ]
    if _SVG.search(start) and _MARKUP.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise Problem("SVG pictures can carry scripts and are not taken. Export it as PNG or WebP.")
    if _MARKUP.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise Problem("This is a web page or a program, not a file for the library.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(f"What this file is cannot be told. Taken are {_taken()}.") from None
    if _CONTROL.search(text):
        raise Problem(f"What this file is cannot be told. Taken are {_taken()}.")
    return "text/csv" if _is_table(text[:READ]) else "text/plain"


def _is_table(text: str) -> bool:
    lines = text.splitlines()[:20]
    if len(lines) < 2:
        return False
    for delimiter in (",", ";", "\t"):
        try:
            counts = {
                len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
            }
        except csv.Error:
            continue
        if len(counts) == 1 and counts.pop() > 1:
            return True
    return False


def _taken() -> str:
    names = [name for _, name in TYPES.values()]
    return f"{', '.join(names[:-1])} and {names[-1]}"
