"""Search in what is live. What was looked for stands nowhere but on the answer to who asked."""

from flask import Response, abort, request

from portal.content.places import BadPlace, Place
from portal.content.reading import live_page_at
from portal.content.search_index import words_in
from portal.content.site_ranking import Further, parse
from portal.content.site_search import LONGEST, Hits, search_site
from portal.extensions import limiter
from portal.guards import public
from portal.site import pages
from portal.site.answers import answer, private
from portal.site.notes import notes
from portal.site.visit import line, site
from portal.sitepages import render

OFTEN = "30 per minute;300 per hour"
ADDRESS = "/search/"


def _who() -> str:
    return f"{request.remote_addr}|search|{site().account_id}"


def _asks_nothing() -> bool:
    return not request.args.get("q")


@public("readers have no account; only what is live and for everybody is found")
@limiter.limit(OFTEN, key_func=_who, exempt_when=_asks_nothing)
def search() -> Response:
    """Show the form, or what was found; a page that stood at this address first stays there."""
    here, asked = site(), " ".join(request.args.get("q", "").split())
    if not asked:
        if live_page_at(here.account_id, ADDRESS):
            stood = pages.show(ADDRESS[1:])
            notes().whole = False  # with a query this address answers something else
            return stood
        return answer(_page("", ""))
    if len(asked) > LONGEST:
        return private(_page(asked[:LONGEST], f"Use at most {LONGEST} characters."), 422)
    if not words_in(asked):
        return private(
            _page(asked, "There is no word in this. Type a word, or its beginning."), 422
        )
    before = _asked_place()
    hits = search_site(asked, here.account_id, line()[-1].tenant_id, before)
    return private(_page(asked, "", hits, further=before is not None))


def _asked_place() -> Further | Place | None:
    text = request.args.get("before")
    try:
        return parse(text) if text else None
    except BadPlace:
        abort(404)


def _page(asked: str, problem: str, hits: Hits | None = None, *, further: bool = False) -> str:
    here = site()
    return render("search", here.at(ADDRESS), asked=asked, problem=problem, hits=hits,
                  further=further, longest=LONGEST, action=here.url(ADDRESS))  # fmt: skip
