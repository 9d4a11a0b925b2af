"""What readers see when there is nothing to see: in the site's own frame, with a way on."""

from typing import Any

import structlog
from flask import Blueprint, Response, g, make_response, request
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException

from portal.content import listing, reading
from portal.identity.passwords import TooBusy
from portal.requests import current
from portal.site.answers import cached
from portal.site.asked import normal
from portal.site.notes import notes
from portal.site.visit import NotAvailable
from portal.sitepages import SiteContext, render
from tenants.db import db
from tenants.outages import is_outage

log = structlog.get_logger()
SUGGESTIONS = 5
WORDS = {
    404: ("There is no such page", "The address may be mistyped, or the page was never here."),
    410: ("This page was taken down", "It was here, and whoever runs this site removed it."),
    405: ("This cannot be sent here", "There is nothing at this address that takes a form."),
    413: ("That is too long", "Send less text, then try again."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
    503: ("Busy at this moment", "Nothing is lost. Try again in a minute."),
}
OTHER = ("This did not work", "Something went wrong on our side. Try again in a minute.")
SUSPENDED = ("This site is not available", "Whoever runs it was told. Try again another day.")
CLOSED = ("This site was closed", "It was here once and will not come back.")
BAD_REQUEST = ("This cannot be read", "The request was damaged on its way. Try again.")


def init_app(blueprint: Blueprint) -> None:
    """Attach the handlers."""
    blueprint.register_error_handler(HTTPException, _http)
    blueprint.register_error_handler(RateLimitExceeded, _http)
    blueprint.register_error_handler(TooBusy, _busy)
    blueprint.register_error_handler(NotAvailable, _not_available)
    blueprint.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> Response | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    # What goes wrong while an error's page or the end of a request is made comes wrapped in a 500.
    original = getattr(error, "original_exception", None)
    if is_outage(original):
        return _database(original)
    if code in {404, 410}:
        return cached(_page(code))
    response = _page(code)
    methods = getattr(error, "valid_methods", None)
    if code == 405 and methods:
        response.headers["Allow"] = ", ".join(methods)
    return _later(response, 60) if code == 429 else response


def _not_available(error: NotAvailable) -> Response:
    """Answer plainly, with nothing of the site: neither its name nor its menu nor its pages."""
    title, text = CLOSED if error.code == 410 else SUSPENDED
    page = render("problem", None, title=title, text=text, nearby=[], newest=())
    response = make_response(page, error.code)
    response.headers["Cache-Control"] = "no-store"
    return response if error.code == 410 else _later(response, 3600)


def _busy(_error: TooBusy) -> Response:
    return _later(_page(503), 60)


def _database(error: Any) -> Response:
    db.session.rollback()
    log.error("database", error=str(getattr(error, "orig", None) or error))
    notes().away = True
    g.pop("site", None)
    return _later(_page(503), 5)


def _unforeseen(error: Exception) -> Response:
    if is_outage(error):
        return _database(error)
    db.session.rollback()
    log.error("unforeseen", path=request.path, exc_info=error)
    g.pop("site", None)
    return _page(500)


def _page(code: int) -> Response:
    site: SiteContext | None = g.get("site")
    title, text = WORDS.get(code, OTHER if code >= 500 else BAD_REQUEST)
    nearby, newest = _suggestions(site) if site and code in {404, 410} else ([], ())
    html = render(
        "problem", site, title=title, text=text, nearby=nearby, newest=newest,
        search_url=site.url("/search/") if site and code in {404, 410} else "",
        request_id=current.request_id if code >= 500 else "",
    )  # fmt: skip
    response = make_response(html, code)
    response.headers["Cache-Control"] = "no-store"
    return response


def _suggestions(site: SiteContext) -> tuple[list[reading.Link], tuple[listing.Entry, ...]]:
    """Return live pages whose address ends as the one asked for, and the newest posts."""
    last = normal(request.path).rstrip("/").rpartition("/")[2]
    nearby = reading.links_to(site.account_id, [f"/{last}/", f"/posts/{last}/"])
    return nearby, listing.posts(site.account_id, listing.Where(), SUGGESTIONS).entries


def _later(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response
