"""Which pages may be read from a replica, and that nobody misses there what he just did himself.

The public sites say so themselves (`portal.site`). Of what people see it is the lists: who somebody
is and what he may do is always asked of the primary. After a write the browser is given the
primary's position in its log, in a cookie of its own that lives a little longer than a replica may
be behind; a replica that has not come that far is not asked.
"""

from contextlib import AbstractContextManager, nullcontext

from flask import Response, current_app, request

from tenants.replicas import FOR_LISTS, nearby, written

LISTS = frozenset(
    {
        "calendar.show", "dashboard.show", "media.choose", "media.index", "media.trash",
        "pages.history", "pages.index", "checks.choose", "redirects.index", "releases.index",
        "search.index", "search.quick", "terms.index", "trail.index",
    }
)  # fmt: skip
LASTS = 10
"""Seconds; after a tenth of that every replica that is asked at all has come as far."""


def near_this_request() -> AbstractContextManager[None]:
    """Return the block in which this request reads: from a replica where that is good enough."""
    if request.endpoint not in LISTS:
        return nullcontext()
    told = request.cookies.get(_name(), "0")
    return nearby(FOR_LISTS, int(told) if told.isascii() and told.isdigit() else 0)


def note_write(response: Response) -> None:
    """Tell the browser how far a replica must have come to know what was just committed."""
    position = written()
    if position is not None:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(
            _name(), str(position), max_age=LASTS, httponly=True, secure=secure, samesite="Lax"
        )


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-at"
