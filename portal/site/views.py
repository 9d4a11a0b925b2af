"""The public site's table of contents: every address below `/s/<handle>/`."""

import uuid

from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter, IntegerConverter, PathConverter, ValidationError

from portal.site import (
    brand,
    faults,
    feeds,
    indexes,
    lists,
    media,
    packing,
    pages,
    robots,
    search,
    visit,
)
from portal.site.cookieless import SessionsOutsideSites

MONTH = "/archive/<number(fixed_digits=4):year>/<number(fixed_digits=2):number>/"
TERM = "/<any(tags, categories):folder>/<slug>"
ADDRESSES = (
    ("/", lists.home),
    ("/posts/", lists.posts),
    ("/tags/", indexes.tags),
    ("/tags/<slug>/", lists.tag),
    ("/categories/", indexes.categories),
    ("/categories/<slug>/", lists.category),
    (f"{TERM}/feed.atom", feeds.term_atom),
    (f"{TERM}/feed.json", feeds.term_json),
    ("/archive/", indexes.archive),
    (MONTH, lists.month),
    ("/search/", search.search),
    ("/feed.atom", feeds.atom),
    ("/feed.json", feeds.json_feed),
    ("/sitemap.xml", robots.sitemap),
    (f"/sitemap-{robots.FIRST}.xml", robots.sitemap_begin),
    ("/sitemap-<id:start>.xml", robots.sitemap_from),
    ("/robots.txt", robots.robots),
    ("/brand.css", brand.brand),
    ("/logo", media.logo),
    ("/media/<uuid:media_id>/<name>", media.newest),
    ("/media/<uuid:media_id>/<tag>/<name>", media.tagged),
    ("/<rest:address>", pages.show),
)


class Rest(PathConverter):
    """The rest of a path whatever it is, so that odd paths get the site's own 404."""

    regex = ".*?"
    part_isolating = False


class Number(IntegerConverter):
    """A number in one spelling only: no zeros before it, no digits of other scripts.

    With more spellings one page would have addresses without end, and be kept for each.
    """

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """Return the number. Raises ValidationError for another spelling of it."""
        number: int = super().to_python(value)
        if value != self.to_url(number):
            raise ValidationError
        return number


class Id(BaseConverter):
    """The id of a page in one spelling only: 32 digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> uuid.UUID:
        """Return the id."""
        return uuid.UUID(value)

    def to_url(self, value: uuid.UUID) -> str:
        """Return its digits."""
        return value.hex


def init_app(app: Flask) -> None:
    """Register the site and keep cookies out of it."""
    app.session_interface = SessionsOutsideSites()
    app.url_map.converters |= {"rest": Rest, "number": Number, "id": Id}
    app.register_blueprint(_blueprint())


def _blueprint() -> Blueprint:
    bp = Blueprint("site", __name__, url_prefix="/s/<handle>")
    bp.before_request(visit.enter)
    bp.after_request(packing.pack)
    faults.init_app(bp)
    for rule, view in ADDRESSES:
        bp.add_url_rule(rule, view_func=view, strict_slashes=not rule.endswith("/"))
    bp.add_url_rule("/<rest:address>", view_func=pages.unlock, methods=["POST"])
    return bp
