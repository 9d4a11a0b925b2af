"""Lists of a site: home, posts, tags, categories, months. Paged by place, never by number."""

from datetime import UTC, datetime
from typing import Any, Literal

from flask import Response, abort, request

from portal import heads
from portal.content import listing, places
from portal.content.around import top_pages
from portal.content.listing import Where, Window
from portal.content.terms import Term
from portal.guards import public
from portal.site.answers import answer, moved
from portal.site.visit import site
from portal.sitepages import render
from portal.times import zone

READERS = "readers have no account; only what is live is shown"
TOP_PAGES = 20


@public(READERS)
def home() -> Response:
    """Show the newest posts; on a site without posts, its top pages."""
    here = site()
    window = listing.posts(here.account_id, Where())
    pages = [] if window.entries else top_pages(here.account_id, TOP_PAGES)
    return _list(
        "/",
        "Latest posts",
        window,
        name="home",
        pages=pages,
        list_url=here.url("/posts/"),
        facts=heads.site_facts(here),
    )


@public(READERS)
def posts() -> Response:
    """Show the posts."""
    return _list("/posts/", "Posts", listing.posts(site().account_id, asked_where()))


@public(READERS)
def tag(slug: str) -> Response:
    """Show what stands under a tag."""
    return _term("tag", f"/tags/{slug}/", slug)


@public(READERS)
def category(slug: str) -> Response:
    """Show what stands under a category."""
    return _term("category", f"/categories/{slug}/", slug)


@public(READERS)
def month(year: int, number: int) -> Response:
    """Show the posts of a month, as the account's zone counts months."""
    if not (1000 <= year <= 9000 and 1 <= number <= 12):
        abort(404)
    since, until = _month(year, number), _month(year + number // 12, number % 12 + 1)
    account_id = site().account_id
    window = listing.posts_between(account_id, since, until, asked_where())
    if not window.entries:
        abort(404)
    earlier = listing.edge(account_id, before=since)
    later = listing.edge(account_id, since=until)
    return _list(
        f"/archive/{year:04}/{number:02}/",
        f"{datetime(year, number, 1, tzinfo=UTC):%B %Y}",
        window,
        name="month",
        earlier=_month_link(earlier),
        later=_month_link(later),
    )


def _term(taxonomy: Literal["tag", "category"], address: str, slug: str) -> Response:
    term = listing.term_at(site().account_id, taxonomy, slug)
    where = asked_where()
    window = listing.under_term(term, where) if term else Window(())
    if term is not None and term.merged_into_id is not None:
        return _moved_term(term, address)
    if term is None or not window.entries:
        abort(404)
    return _list(address, term.name, window, kind=taxonomy.capitalize(), feed=address)


def _moved_term(term: Term, address: str) -> Response:
    """Send on to the term that this one was merged into, if anything stands under it."""
    into = listing.term_merged_into(term)
    if into is None or not listing.under_term(into, Where()).entries:
        abort(404)
    folder = address.split("/")[1]
    return moved(site().url(f"/{folder}/{into.slug}/"))


def is_paged() -> bool:
    """Tell whether another part of a list than its beginning is asked for."""
    return bool(request.args.get("before") or request.args.get("after"))


def asked_where() -> Where:
    """Return which part of a list is asked for; 404 for what names none."""
    try:
        before, after = (
            places.parse(text) if (text := request.args.get(side)) else None
            for side in ("before", "after")
        )
    except places.BadPlace:
        abort(404)
    return Where(before=None if after else before, after=after)


def _list(address: str, title: str, window: Window, *, name: str = "list", **more: Any) -> Response:
    here = site()
    html = render(
        name, here.at(address), title=title, window=window, canonical=here.absolute(address),
        list_url=more.pop("list_url", here.url(address)), paged=is_paged(), **more,
    )  # fmt: skip
    return answer(html)


def _month(year: int, number: int) -> datetime:
    return datetime(year, number, 1, tzinfo=zone(site().zone)).astimezone(UTC)


def month_address(moment: datetime) -> str:
    """Return where the posts of a moment's month stand, as the account's zone counts months."""
    return f"/archive/{moment.astimezone(zone(site().zone)):%Y/%m}/"


def _month_link(moment: datetime | None) -> dict[str, str] | None:
    if moment is None:
        return None
    local = moment.astimezone(zone(site().zone))
    return {"label": f"{local:%B %Y}", "url": site().url(month_address(moment))}
