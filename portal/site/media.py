"""Files that live pages use, for readers: nothing else of the library is there for them."""

import uuid

from flask import Response, abort, redirect
from werkzeug.wrappers import Response as Answer

from portal.brand import logo_of
from portal.content.illustrating import file_name, public_address, tag_of
from portal.content.logos import logo_key, logo_mime
from portal.content.media import Media, MediaVersion
from portal.content.media_list import for_readers
from portal.content.storage import NotStored, StoreDown
from portal.files import ASK_EACH_TIME, FOR_EVER, file_answer, files
from portal.guards import public
from portal.site.visit import line, site

READERS = "readers have no account; only files that a live page uses are given"


@public(READERS)
def newest(media_id: uuid.UUID, name: str) -> Answer:
    """Give what a file holds now, at the address that stays when it is replaced."""
    media, version = _row(media_id)
    if name != file_name(media, version.mime):
        return _on(public_address(media, version))
    return _whole(media, version, ASK_EACH_TIME)


@public(READERS)
def tagged(media_id: uuid.UUID, tag: str, name: str) -> Answer:  # noqa: ARG001 - the tag decides
    """Give the very bytes that a tag stands for; a tag of what it held before leads to what it
    holds now.

    The tag is made of the bytes: of a page behind a password only who opened it knows it.
    """
    media, version = _row(media_id, locked=True)
    if tag == tag_of(version):
        return _whole(media, version, FOR_EVER)
    size = tag.partition("-")[2]
    made = version.renditions.get(size)
    if made is None or tag != tag_of(version, size):
        media, version = _row(media_id)
        return _on(public_address(media, version, size if made else ""))
    mime, digest = str(made["mime"]), str(made["digest"])
    return _answer(
        f"{version.key}{size}-{digest[:16]}", mime, file_name(media, mime), digest, FOR_EVER
    )


@public("the site's logo, as every reader sees it")
def logo() -> Answer:
    """Give the site's logo; 404 when it has none."""
    owner, name = logo_of(line())
    if owner is None:
        abort(404)
    return _answer(
        logo_key(owner, name), logo_mime(name), name, name.partition("-")[0], ASK_EACH_TIME
    )


def _row(media_id: uuid.UUID, *, locked: bool = False) -> tuple[Media, MediaVersion]:
    found = for_readers(site().account_id, [media_id], locked=locked)
    return found.get(media_id) or abort(404)


def _whole(media: Media, version: MediaVersion, cache: str) -> Response:
    name = file_name(media, version.mime)
    return _answer(f"{version.key}original", version.mime, name, version.digest, cache)


def _answer(key: str, mime: str, name: str, digest: str, cache: str) -> Response:
    try:
        data = files().read(key)
    except NotStored:
        abort(404)
    except StoreDown:
        abort(503)
    return file_answer(data, mime, name, digest, cache)


def _on(address: str) -> Answer:
    response = redirect(site().url(address), 302)
    response.headers["Cache-Control"] = ASK_EACH_TIME
    return response
