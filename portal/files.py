"""The store of files, and how a file is handed out: as what it is, and with no power over pages."""

from typing import cast
from urllib.parse import quote

from flask import Flask, Response, current_app, make_response, request

from portal.config import Config
from portal.content.storage import LocalStorage, Storage

POWERLESS = "default-src 'none'; frame-ancestors 'none'; sandbox"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "public, max-age=0, must-revalidate"
PRIVATE = "private, no-cache"


def init_app(app: Flask, config: Config) -> None:
    """Open the store that the configuration names; nothing is connected yet."""
    app.extensions["files"] = storage_for(config)


def storage_for(config: Config) -> Storage:
    """Return the store that the configuration names."""
    wanted = config.files
    if not wanted.bucket:
        return LocalStorage(config.var / "media")
    from portal.content.storage_s3 import S3Storage  # slow to import, and for few

    return S3Storage(
        wanted.bucket, prefix=wanted.prefix, endpoint=wanted.endpoint, region=wanted.region,
        key_id=wanted.key_id, secret=wanted.secret,
    )  # fmt: skip


def files() -> Storage:
    """Return the store of this application."""
    return cast(Storage, current_app.extensions["files"])


def file_answer(data: bytes, mime: str, name: str, digest: str, cache: str) -> Response:
    """Return a file: pictures to be shown, everything else to be saved; ranges and 304 understood.

    Nothing in it can run: its policy is a sandbox, and browsers are told not to guess its type.
    """
    response = make_response(data)
    response.headers["Content-Type"] = f"{mime}; charset=utf-8" if mime[:5] == "text/" else mime
    how = "inline" if mime.startswith("image/") else "attachment"
    plain = name.encode("ascii", "ignore").decode().strip("-.") or "file"
    response.headers["Content-Disposition"] = (
        f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = POWERLESS
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = cache
    response.set_etag(digest[:32])
    response.make_conditional(request.environ, accept_ranges=True, complete_length=len(data))
    return response
