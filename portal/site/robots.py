"""What search engines read: the sitemap, whole or in parts, and the hint where it is."""

import uuid

from flask import Response, abort

from portal.content.alternates import live_groups
from portal.content.sitemaps import (
    Place,
    all_places,
    is_told_at_once,
    places_from,
    starts_of_parts,
)
from portal.guards import public
from portal.site.answers import answer
from portal.site.visit import site
from portal.sitepages import render

ROBOTS = "search engines have no account; only what is live is told"
FIRST = "1"
"""What the part is called that no page begins; the others are called by the page."""


@public(ROBOTS)
def sitemap() -> Response:
    """Give the addresses of all that is live (sitemaps.org 0.9), or the index of the parts."""
    here = site()
    if is_told_at_once(here.account_id):
        return _told(all_places(here.account_id), home=True)
    parts = [start.hex for start in starts_of_parts(here.account_id)]
    text = render("sitemap_index.xml", here, parts=[FIRST, *parts])
    return answer(text, "application/xml")


@public(ROBOTS)
def sitemap_begin() -> Response:
    """Give the first part of the sitemap, which has the home page."""
    return _told(places_from(site().account_id, None), home=True)


@public(ROBOTS)
def sitemap_from(start: uuid.UUID) -> Response:
    """Give the part of the sitemap that a page begins; 404 where none begins."""
    return _told(places_from(site().account_id, start))


@public(ROBOTS)
def robots() -> Response:
    """Say where the sitemap is, and that what is found by searching is not for robots."""
    here = site()
    text = (
        f"User-agent: *\nAllow: /\nDisallow: {here.url('/search/')}\n"
        f"Sitemap: {here.absolute('/sitemap.xml')}\n"
    )
    return answer(text, "text/plain")


def _told(rows: list[Place] | None, *, home: bool = False) -> Response:
    if rows is None:
        abort(404)
    here = site()
    groups = live_groups(here.account_id, [row.id for row in rows])
    newest = max((row.changed for row in rows), default=None)
    text = render("sitemap.xml", here, rows=rows, newest=newest, groups=groups, home=home)
    return answer(text, "application/xml", modified=newest)
