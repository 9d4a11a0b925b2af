"""Search in all that one may see, as a page and for the command palette."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from portal.content.searching import KINDS, Asked, Hit, search
from portal.guards import permission
from portal.requests import current
from tenants.decisions import can
from tenants.permissions import Permission as P

bp = Blueprint("search", __name__, url_prefix="/a/<handle>/search")
QUICK = 6
STATES = ("draft", "live", "live+draft", "unpublished")


@bp.get("/")
@permission(P.ACCOUNT_VIEW)
def index() -> str:
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    kind = kind if kind in KINDS else ""
    asked = Asked(_text(), state if state in STATES else "", request.args.get("before"))
    found = search(asked, [kind] if kind else list(KINDS), current.here, current.person)
    return render_template(
        "search/index.html", asked=asked, kind=kind, kinds=KINDS, found=found, states=STATES,
        url_of=_url, total=sum(len(results.hits) for results in found.values()),
    )  # fmt: skip


@bp.get("/quick")
@permission(P.ACCOUNT_VIEW)
def quick() -> Any:
    """Return the first few of each kind as JSON, for the command palette."""
    asked = Asked(_text(), most=QUICK)
    found = search(asked, list(KINDS), current.here, current.person)
    return {
        "hits": [
            {"kind": hit.kind, "label": hit.label or "(untitled)", "detail": hit.detail,
             "url": _url(hit)}
            for results in found.values() for hit in results.hits
        ]
    }  # fmt: skip


def _url(hit: Hit) -> str:
    if hit.kind == "pages":
        return url_for("pages.edit", handle=hit.handle, page_id=hit.id)
    if hit.kind == "media":
        return url_for("media_items.show", handle=hit.handle, media_id=hit.id)
    if hit.kind == "people":
        if can(current.person, P.ACCESS_VIEW, current.here).allowed:
            return url_for("holders.person", handle=hit.handle, person=hit.id)
        return url_for("search.index", handle=hit.handle, kind="people", q=hit.detail)
    return url_for("dashboard.show", handle=hit.handle)


def _text() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[:200]
