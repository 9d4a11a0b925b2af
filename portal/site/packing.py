"""Answers made for one reader, packed as they go: what was found, what is not there.

What is kept for everybody is packed once, see `portal.coded`. Packed beside what somebody else put
into an address, a secret could be guessed from the length (BREACH). On a site only what a password
opens is one, and that answers a POST, which is sent as it is: forms here have no tokens.
"""

from flask import Response, request

from portal.coded import coding_for, quickly_packed
from portal.requests import SAFE_METHODS
from portal.site.notes import notes

WORTH = 1_000
"""Bytes up to which an answer, with its headers one packet, gets no smaller for the reader."""


def pack(response: Response) -> Response:
    """Pack a page that is not kept, as far as the reader takes it packed."""
    if not _is_for_one(response):
        return response
    response.vary.add("Accept-Encoding")
    coding = coding_for(request.headers.get("Accept-Encoding", ""))
    body = response.get_data()
    if coding and len(body) > WORTH:
        response.set_data(quickly_packed(body, coding))
        response.headers["Content-Encoding"] = coding
    return response


def _is_for_one(response: Response) -> bool:
    if request.method not in SAFE_METHODS or response.is_streamed or response.direct_passthrough:
        return False
    steady = notes().kept or response.get_etag()[0] is not None
    return response.mimetype == "text/html" and not steady
