"""Files for tests: good ones, and those made to hurt."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.content.media import MediaVersion
from portal.content.storage import Storage
from tenants.db import db
from tenants.scope import across_tenants

LIBRARY = "/a/acme/media/"
CANARY = b"CANARY-in-the-file"


def picture(
    kind: str = "PNG", size: tuple[int, int] = (60, 40), colour: str = "teal", **options: Any
) -> bytes:
    """A picture whose left half has another colour, so that turning it can be seen."""
    image = Image.new("RGB", size, colour)
    image.paste("white", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def photo() -> bytes:
    """A JPEG lying on its side, with a place, a comment and a camera's words in it."""
    exif = Image.Exif()
    exif[274] = 6
    exif[270] = CANARY.decode()
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return picture("JPEG", exif=exif, comment=CANARY)


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def webp_head(width: int, height: int) -> bytes:
    body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def wide_gif() -> bytes:
    """A GIF whose screen is far larger than what is in it."""
    data = picture("GIF")
    return data[:6] + struct.pack("<HH", 65_000, 65_000) + data[10:]


def archive(change: Callable[[zipfile.ZipFile], None] | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.txt", "Some words.")
        if change:
            change(made)
    return file.getvalue()


def linked() -> bytes:
    def add(made: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        made.writestr(entry, "/etc/passwd")

    return archive(add)


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
ENTITIES = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>'
XXE = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
# What is sent → a part of the sentence that refuses it.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "0 bytes"),
    "svg": (SVG, "SVG pictures can carry scripts"),
    "svg after a comment": (b"<!-- x --><svg onload=alert(1)>", "SVG pictures"),
    "svg with a mark": (b"\xef\xbb\xbf <svg></svg>", "SVG pictures"),
    "entity bomb": (ENTITIES, "SVG pictures"),
    "xxe": (XXE, "SVG pictures"),
    "web page": (b"<!DOCTYPE html><script>alert(1)</script>", "web page"),
    "bare script": (b"  <script>alert(1)</script>", "web page"),
    "php": (b"<?php system($_GET[0]); ?>", "web page"),
    "program": (b"\x7fELF\x02\x01\x01" + b"\0" * 60, "cannot be told"),
    "windows program": (b"MZ" + b"\x90\0" * 60, "cannot be told"),
    "noise": (bytes(range(256)) * 4, "cannot be told"),
    "text with NUL": (b"some\0text", "cannot be told"),
    "cut JPEG": (picture("JPEG", (400, 300))[:600], "damaged"),
    "cut PNG": (picture("PNG", (400, 300))[:80], "damaged"),
    "cut WebP": (picture("WEBP")[:40], "damaged"),
    "cut GIF": (picture("GIF")[:12], "damaged"),
    "only a head": (b"\x89PNG\r\n\x1a\n", "damaged"),
    "JPEG of nothing": (b"\xff\xd8\xff\xe0" + b"A" * 200, "damaged"),
    "pixel flood": (png_head(50_000, 50_000), "pixels"),
    "long and thin": (png_head(20_000, 1), "on a side"),
    "WebP flood": (webp_head(16_000, 16_000), "pixels"),
    "GIF flood": (wide_gif(), "pixels"),
    "no pixels": (png_head(0, 10), "damaged"),
    "archive bomb": (archive(lambda z: z.writestr("bomb", b"\0" * 30_000_000)), "when unpacked"),
    "archive slip": (archive(lambda z: z.writestr("../../etc/cron", "x")), "outside the folder"),
    "archive with a root": (archive(lambda z: z.writestr("/etc/x", "x")), "outside the folder"),
    "archive with a drive": (archive(lambda z: z.writestr("C:\\x", "x")), "outside the folder"),
    "archive with links": (linked(), "links to other places"),
    "cut archive": (archive()[:40], "damaged"),
    "cut PDF": (PDF[:20], "cut off"),
    "other box": (b"\0\0\0\x18ftypqt  " + b"\0" * 20, "not taken"),
}


def send(
    client: FlaskClient, *sent: tuple[bytes, str], address: str = LIBRARY, **fields: str
) -> TestResponse:
    """Upload files as the plain form does."""
    data: dict[str, Any] = {"files": [(io.BytesIO(d), name) for d, name in sent], **fields}
    return client.post(f"{address}upload", data=data, content_type="multipart/form-data")


def uploaded(client: FlaskClient, data: bytes | None = None, name: str = "harbour.png") -> str:
    """Upload one file and return its page's address."""
    answer = send(client, (picture() if data is None else data, name))
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def kept(app: Flask) -> list[str]:
    """Every key in the store."""
    return sorted(key for key, _ in store(app).keys(""))


def store(app: Flask) -> Storage:
    found: Storage = app.extensions["files"]
    return found


def versions(app: Flask) -> list[MediaVersion]:
    """Every version in the database, the oldest first."""
    with app.app_context(), across_tenants("a test looks"):
        found = list(db.session.scalars(select(MediaVersion).order_by(MediaVersion.id)))
        db.session.expunge_all()
        return found
