"""Answers that caches may keep but must ask about: ETag, 304, no cookie, nothing private."""

import hashlib
from datetime import datetime

from flask import Response, make_response, request

ASK_EACH_TIME = "public, max-age=0, must-revalidate"


def answer(text: str, mimetype: str = "text/html", *, modified: datetime | None = None) -> Response:
    """Return the answer with its ETag, or 304 when the reader has these very bytes.

    Last-Modified only informs: a menu or a page taken offline changes an answer without moving it,
    so If-Modified-Since alone is answered in full.
    """
    response = make_response(text)
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
    response.vary.add("Accept-Encoding")
    return response
