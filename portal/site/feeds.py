"""What programs read: the Atom feed, the sitemap and the hint where it is."""

from datetime import UTC, datetime
from functools import partial

from flask import Response

from portal.content import clean_html, listing
from portal.content.alternates import live_groups
from portal.content.illustrating import shelf_of
from portal.guards import public
from portal.site.answers import answer
from portal.site.visit import site
from portal.sitepages import own_urls, render

PROGRAMS = "feed readers and search engines have no account; only what is live is told"
FEED_SIZE = 20


@public(PROGRAMS)
def feed() -> Response:
    """Give the newest posts as Atom (RFC 4287)."""
    here = site()
    entries = listing.newest_with_bodies(here.account_id, FEED_SIZE)
    updated = max((e.updated_at for e in entries), default=_opened_at())
    bodies = [entry.body for entry in entries]
    urls, files = (
        own_urls(here, *bodies),
        shelf_of(here.handle, here.account_id, *bodies, base=here.path),
    )
    safe = partial(clean_html.for_feeds, urls=urls, files=files)
    text = render("feed.xml", here, entries=entries, updated=updated, safe=safe)
    return answer(text, "application/atom+xml", modified=updated)


@public(PROGRAMS)
def sitemap() -> Response:
    """Give the addresses of all that is live (sitemaps.org 0.9), each with its translations."""
    here = site()
    rows = listing.all_addresses(here.account_id)
    newest = max((changed for _, changed in rows), default=None)
    text = render(
        "sitemap.xml", here, rows=rows, newest=newest, groups=live_groups(here.account_id)
    )
    return answer(text, "application/xml", modified=newest)


@public(PROGRAMS)
def robots() -> Response:
    """Say where the sitemap is."""
    text = f"User-agent: *\nAllow: /\nSitemap: {site().absolute('/sitemap.xml')}\n"
    return answer(text, "text/plain")


def _opened_at() -> datetime:
    """Return when the site was opened: the time inside its UUIDv7."""
    return datetime.fromtimestamp((site().id.int >> 80) / 1000, UTC)
