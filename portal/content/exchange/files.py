"""Files of the library in a ZIP: cleaned like any upload, before a transaction is opened.

A picture written anew once more would not be the same bytes. So an export signs what this portal
wrote itself, and such a picture is taken as it is.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import replace

from portal.content.exchange.archives import Archive
from portal.content.exchange.model import Bundle, HandedFile, Unreadable
from portal.content.media_types import kind_of, sniff
from portal.content.media_upload import FILE_BYTES, Prepared, name_of, prepare
from portal.content.pictures import dimensions
from portal.content.problems import Problem

_PURPOSE = b"portal-export-file-1\n"


def signature_of(digest: str, key: bytes) -> str:
    """Return the signature (hex) over the SHA-256 (hex) of bytes that this portal wrote."""
    return hmac.new(key, _PURPOSE + digest.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def with_files(bundle: Bundle, data: bytes, allowed: Collection[str], key: bytes) -> Bundle:
    """Return the bundle with its files read from the ZIP and cleaned, or why each cannot be kept.

    `allowed` are the types the account takes. Raises Unreadable for a broken ZIP.
    """
    if not bundle.files:
        return bundle
    archive = Archive(data)
    ready = tuple(_ready(file, archive, allowed, key) for file in bundle.files)
    return replace(bundle, files=ready)


def _ready(file: HandedFile, archive: Archive, allowed: Collection[str], key: bytes) -> HandedFile:
    try:
        data = archive.read(file.path, FILE_BYTES)
        digest = hashlib.sha256(data).hexdigest()
        signed = hmac.compare_digest(
            file.signature.encode("utf-8", "replace"), signature_of(digest, key).encode()
        )
        prepared = _as_it_is(file, data, digest, allowed) if signed else None
        return replace(file, prepared=prepared or prepare(file.path, data, allowed))
    except Unreadable as problem:
        return replace(file, problem=str(problem))
    except Problem as problem:
        return replace(file, problem=str(problem))


def _as_it_is(
    file: HandedFile, data: bytes, digest: str, allowed: Collection[str]
) -> Prepared | None:
    mime = sniff(data)
    if mime not in allowed or kind_of(mime) != "image":
        return None
    return Prepared(name_of(file.path), mime, data, digest, *dimensions(data, mime))
