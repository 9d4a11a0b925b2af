"""What a site's view tells the layer in front about its answer."""

import uuid
from dataclasses import dataclass

from flask import g, request

NOTES = "portal.site.notes"
A_MINUTE, AN_HOUR = 60, 3600


@dataclass
class Notes:
    """`kept`: the answer may be kept, for all who ask for the same path.

    `line` holds the ids of the site's account and all above it; `page_id` the page it is of, if it
    tells of no other page but by title and address. `whole`: it is the same whatever the query
    string. `seconds` is how long it holds at most, should nothing be heard of a change. `away`: the
    database went away while it was made.
    """

    kept: bool = False
    tenant_id: uuid.UUID | None = None
    line: tuple[uuid.UUID, ...] = ()
    page_id: uuid.UUID | None = None
    whole: bool = False
    away: bool = False
    seconds: int = A_MINUTE


def site_id() -> uuid.UUID | None:
    """Return the id of the account whose site is asked, or None. For views."""
    site = g.get("site")
    return site.account_id if site else None


def notes() -> Notes:
    """Return the notes of this request; where nobody reads them, ones to throw away. For views."""
    found = request.environ.get(NOTES)
    return found if isinstance(found, Notes) else Notes()
