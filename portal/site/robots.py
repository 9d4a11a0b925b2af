"""What search engines read: the sitemap, whole or in parts, and the hint where it is."""

from flask import Response, abort

from portal.content.alternates import live_groups
from portal.content.syndication import PART, count_in_sitemap, sitemap_part
from portal.guards import public
from portal.site.answers import answer
from portal.site.visit import site
from portal.sitepages import render

ROBOTS = "search engines have no account; only what is live is told"


@public(ROBOTS)
def sitemap() -> Response:
    """Give the addresses of all that is live (sitemaps.org 0.9), or the index of the parts."""
    here = site()
    many = count_in_sitemap(here.account_id)
    if many <= PART:
        return _part(0)
    text = render("sitemap_index.xml", here, numbers=range(1, -(-many // PART) + 1))
    return answer(text, "application/xml")


@public(ROBOTS)
def sitemap_of(number: int) -> Response:
    """Give a part of the sitemap, the first being 1; 404 beyond the last."""
    return _part(number - 1)


@public(ROBOTS)
def robots() -> Response:
    """Say where the sitemap is, and that what is found by searching is not for robots."""
    here = site()
    text = (
        f"User-agent: *\nAllow: /\nDisallow: {here.url('/search/')}\n"
        f"Sitemap: {here.absolute('/sitemap.xml')}\n"
    )
    return answer(text, "text/plain")


def _part(number: int) -> Response:
    here = site()
    rows = sitemap_part(here.account_id, number) if 0 <= number < 1_000_000 else None
    if rows is None:
        abort(404)
    groups = live_groups(here.account_id, [row.id for row in rows])
    newest = max((row.changed for row in rows), default=None)
    text = render("sitemap.xml", here, rows=rows, newest=newest, groups=groups, home=not number)
    return answer(text, "application/xml", modified=newest)
