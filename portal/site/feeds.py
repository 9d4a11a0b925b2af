"""What feed readers read: Atom and JSON Feed, of the site and of each tag and category."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from flask import Response, abort

from portal.content import clean_html, listing
from portal.content.illustrating import shelf_of
from portal.content.listing import Entry
from portal.content.syndication import newest_with_bodies, terms_by_page
from portal.content.terms import Term
from portal.guards import public
from portal.printable import without_unprintable
from portal.site.answers import answer
from portal.site.visit import site
from portal.sitemenus import UNTITLED
from portal.sitepages import SiteContext, own_urls, render

PROGRAMS = "feed readers have no account; only what is live is told"
FEED_SIZE = 20
FOLDERS: dict[str, Literal["tag", "category"]] = {"tags": "tag", "categories": "category"}


@dataclass(frozen=True)
class Feed:
    """What a feed tells: the site's newest posts, or what stands under a term."""

    id: str
    title: str
    address: str
    entries: tuple[Entry, ...]
    terms: dict[Any, list[Term]]
    safe: partial[Any]
    updated: datetime


@public(PROGRAMS)
def atom() -> Response:
    """Give the newest posts as Atom (RFC 4287)."""
    return _atom(_of_site())


@public(PROGRAMS)
def json_feed() -> Response:
    """Give the newest posts as JSON Feed 1.1."""
    return _json(_of_site())


@public(PROGRAMS)
def term_atom(folder: str, slug: str) -> Response:
    """Give what is new under a tag or category as Atom."""
    return _atom(_of_term(folder, slug))


@public(PROGRAMS)
def term_json(folder: str, slug: str) -> Response:
    """Give what is new under a tag or category as JSON Feed 1.1."""
    return _json(_of_term(folder, slug))


def _of_site() -> Feed:
    here = site()
    entries = newest_with_bodies(here.account_id, FEED_SIZE)
    return _feed(f"urn:uuid:{here.id}", here.title, "/", entries)


def _of_term(folder: str, slug: str) -> Feed:
    here = site()
    term = listing.term_at(here.account_id, FOLDERS[folder], slug)
    entries = newest_with_bodies(here.account_id, FEED_SIZE, term) if term else ()
    if term is None or not entries:
        abort(404)
    return _feed(
        f"urn:uuid:{term.id}", f"{term.name} – {here.title}", f"/{folder}/{slug}/", entries
    )


def _feed(known_as: str, title: str, address: str, entries: tuple[Entry, ...]) -> Feed:
    here, bodies = site(), [entry.body for entry in entries]
    # Programs show a text far from its page, and few know what a path is relative to.
    origin = here.absolute("/").removesuffix(here.url("/"))
    urls = {page_id: f"{origin}{path}" for page_id, path in own_urls(here, *bodies).items()}
    files = shelf_of(here.handle, here.account_id, *bodies, base=f"{origin}{here.path}")
    return Feed(
        known_as, title, address, entries,
        terms_by_page(here.account_id, [entry.id for entry in entries]) if entries else {},
        partial(clean_html.for_feeds, urls=urls, files=files),
        max((entry.updated_at for entry in entries), default=_opened_at()),
    )  # fmt: skip


def _atom(feed: Feed) -> Response:
    text = render("feed.xml", site(), feed=feed, own=f"{feed.address}feed.atom")
    return answer(text, "application/atom+xml", modified=feed.updated)


def _json(feed: Feed) -> Response:
    here = site()
    told = {
        "version": "https://jsonfeed.org/version/1.1", "title": feed.title,
        "home_page_url": here.absolute(feed.address),
        "feed_url": here.absolute(f"{feed.address}feed.json"), "description": here.tagline,
        "language": here.lang, "authors": [{"name": here.title}],
        "items": [_item(here, feed, entry) for entry in feed.entries],
    }  # fmt: skip
    text = json.dumps(_said(told) | {"items": told["items"]}, ensure_ascii=False, indent=1)
    return answer(without_unprintable(text), "application/feed+json", modified=feed.updated)


def _item(here: SiteContext, feed: Feed, entry: Entry) -> dict[str, Any]:
    body = str(feed.safe(entry.body)) if entry.body else ""
    return _said({
        "id": f"urn:uuid:{entry.id}", "url": here.absolute(entry.address),
        "title": entry.title.strip() or UNTITLED,
        "content_html": body, "content_text": "" if body else entry.excerpt or entry.title or " ",
        "summary": entry.excerpt, "date_published": entry.published_at.isoformat(),
        "date_modified": entry.updated_at.isoformat(),
        "authors": [{"name": entry.byline}] if entry.byline else [],
        "tags": [term.name for term in feed.terms.get(entry.id, [])],
    })  # fmt: skip


def _said(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value}


def _opened_at() -> datetime:
    """Return when the site was opened: the time inside its UUIDv7."""
    return datetime.fromtimestamp((site().id.int >> 80) / 1000, UTC)
