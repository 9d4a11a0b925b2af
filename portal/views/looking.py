"""The preview: a page as readers will get it, at the widths of a phone, a tablet and a desk."""

import uuid
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from portal.brand import accent_of
from portal.content.linking import broken_links
from portal.content.pages import Page, Revision, page_by_id, revision_by_id
from portal.guards import permission
from portal.headers import for_our_frames
from portal.requests import current
from portal.search_cards import SearchCard, card_of
from portal.sitepages import render_page, site_context
from tenants.permissions import Permission as P

bp = Blueprint("looking", __name__, url_prefix="/a/<handle>/pages/<uuid:page_id>/preview")
WIDTHS = (("phone", "Phone", 375), ("tablet", "Tablet", 768), ("desktop", "Desktop", 1280))


@bp.get("/widths")
@permission(P.PAGE_VIEW)
def widths(page_id: uuid.UUID) -> str:
    page, revision = _asked(page_id)
    names = [name for name, _, _ in WIDTHS]
    width = request.args.get("width", "")
    return render_template(
        "pages/widths.html", page=page, revision=revision, widths=WIDTHS,
        width=width if width in names else names[-1],
        broken=broken_links(current.here.id, revision.body),
    )  # fmt: skip


@bp.get("/frame")
@permission(P.PAGE_VIEW)
def frame(page_id: uuid.UUID) -> Response:
    page, revision = _asked(page_id)
    site = site_context(current.here, accent_of([*current.ancestors, current.here]))
    return for_our_frames(render_page(site, page, revision, framed=True))


@bp.app_template_global()
def search_card(form: Any, page: Page | None) -> SearchCard:
    """Return how search engines and social cards would show what stands in the editor's form."""
    return card_of(form, page, current.here)


def _asked(page_id: uuid.UUID) -> tuple[Page, Revision]:
    page = page_by_id(page_id, current.here.id) or abort(404)
    asked = request.args.get("revision")
    return page, revision_by_id(_id(asked) if asked else page.draft_revision_id, page) or abort(404)


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
