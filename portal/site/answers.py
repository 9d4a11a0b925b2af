"""Answers that caches may keep but must ask about: ETag, 304, no cookie, nothing private."""

import hashlib
import uuid
from datetime import datetime

from flask import Response, make_response, request

from portal.site.notes import A_MINUTE, AN_HOUR, notes, site_id

ASK_EACH_TIME = "public, max-age=0, must-revalidate"
SHARED = "public, max-age=1, stale-while-revalidate=30, stale-if-error=86400"
"""What caches in front of the portal may do (RFC 9213, RFC 5861); whoever lets its cache keep more
purges by the keys in `Surrogate-Key`."""


def answer(text: str, mimetype: str = "text/html", *, modified: datetime | None = None,
           page_id: uuid.UUID | None = None) -> Response:  # fmt: skip
    """Return the answer with its ETag, or 304 when the reader has these very bytes.

    It may be kept and given to everybody who asks for the same path. With `page_id` it is that
    page's: of others it says titles and addresses only, and of the query string nothing.
    Last-Modified only informs: a menu or a page taken offline changes an answer without moving it,
    so If-Modified-Since alone is answered in full.
    """
    told = notes()
    told.kept, told.page_id, told.whole = True, page_id, page_id is not None
    told.seconds = AN_HOUR if page_id else A_MINUTE
    response = make_response(text)
    response.headers["Surrogate-Key"] = " ".join(
        f"{kind}-{each}" for kind, each in (("site", site_id()), ("page", page_id)) if each
    )
    response.mimetype = mimetype
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    if modified is not None:
        response.last_modified = modified
    environ = {k: v for k, v in request.environ.items() if k != "HTTP_IF_MODIFIED_SINCE"}
    cached(response).make_conditional(environ)
    return response


def moved(location: str) -> Response:
    """Send on for good to a path of this host that we wrote ourselves."""
    response = make_response("", 301)
    response.headers["Location"] = location
    return cached(response)


def private(text: str, status: int = 200) -> Response:
    """Return an answer that nobody keeps."""
    response = make_response(text, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def cached(response: Response) -> Response:
    """Let caches keep the answer and ask each time whether it still holds."""
    response.headers["Cache-Control"] = ASK_EACH_TIME
    response.headers["CDN-Cache-Control"] = SHARED
    response.vary.add("Accept-Encoding")
    return response
