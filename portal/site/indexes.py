"""The ways into a site: its months, its tags, its categories."""

from itertools import groupby
from typing import Literal
from urllib.parse import urlencode

from flask import Response, abort, request

from portal.content.archives import months_with_posts, terms_with_pages
from portal.guards import public
from portal.site.answers import answer
from portal.site.lists import month_address
from portal.site.visit import site
from portal.sitemenus import UNTITLED
from portal.sitepages import render
from portal.times import zone

READERS = "readers have no account; only what leads to something live is named"


@public(READERS)
def archive() -> Response:
    """Show the months that have posts, by year; 404 on a site without posts."""
    here = site()
    months = months_with_posts(here.account_id, zone(here.zone))
    if not months:
        abort(404)
    groups = [
        (f"{year}", [(f"{each:%B}", here.url(month_address(each))) for each in found])
        for year, found in groupby(months, key=lambda each: each.year)
    ]
    return _index("/archive/", "Archive", groups)


@public(READERS)
def tags() -> Response:
    """Show the tags that have pages; 404 when none has."""
    return _terms("tag", "/tags/", "Tags")


@public(READERS)
def categories() -> Response:
    """Show the categories that have pages; 404 when none has."""
    return _terms("category", "/categories/", "Categories")


def _terms(taxonomy: Literal["tag", "category"], address: str, title: str) -> Response:
    here, after = site(), request.args.get("after", "")
    if "\0" in after:
        abort(404)
    found, last = terms_with_pages(here.account_id, taxonomy, after)
    if not found:
        abort(404)
    links = [(term.name.strip() or UNTITLED, here.url(f"{address}{term.slug}/")) for term in found]
    more = f"{here.url(address)}?{urlencode({'after': last})}" if last else ""
    return _index(address, title, [("", links)], more=more, paged=bool(after))


def _index(
    address: str, title: str, groups: list[tuple[str, list[tuple[str, str]]]],
    *, more: str = "", paged: bool = False,
) -> Response:  # fmt: skip
    here = site()
    html = render("index", here.at(address), title=title, groups=groups, more=more, paged=paged,
                  first=here.url(address), canonical=here.absolute(address))  # fmt: skip
    return answer(html)
